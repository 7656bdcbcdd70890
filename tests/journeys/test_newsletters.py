"""
Newsletters, as they really go out: ten thousand while workers are killed with no warning, and one
read from end to end.

The mail server is a real one on this machine; workers and scheduler are the processes that
`manage.py serve` starts.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ..newsletter.sink import running_sink
from .conftest import ROOT, Site, environment_of, loaded_once, own_database, sign_in, wait_for
from .test_freshness import Elsewhere

pytestmark = pytest.mark.xdist_group("journeys")
ON_SQLITE = not os.environ.get("DATABASE_URL", "").startswith("postgres")
RECIPIENTS = 10_000 if ON_SQLITE else 3_000
KILLS = 15

PREPARE = """
from django.utils import timezone
from articles.models import Article
from newsletter.sending import issue_status
from newsletter.models import *
now = timezone.now()
Issue.objects.filter(status="draft").delete()
Subscriber.objects.all().delete()
newsletter = main_newsletter()
people = [Subscriber(email=f"reader{n}@readers.example", key=f"k{n}", asked_at=now, confirmed_at=now)
          for n in range(RECIPIENTS)]
Subscriber.objects.bulk_create(people, batch_size=500)
rows = [Subscription(subscriber=each, newsletter=newsletter, key=f"leave-{each.pk}", status="confirmed", source="page",
                     consent_text="Yes.", asked_at=now, confirmed_at=now) for each in Subscriber.objects.all()]
Subscription.objects.bulk_create(rows, batch_size=500)
issue = Issue.objects.create(newsletter=newsletter, subject="To everybody")
for number, story in enumerate(Article.objects.published().journalism().stories()[:6]):
    Item.objects.create(issue=issue, article=story, position=number)
issue_status.schedule(issue, now)
result = issue.pk
"""
LOOK = """
from collections import Counter
from newsletter.models import *
issue = Issue.objects.get(subject="To everybody")
rows = Counter(Delivery.objects.filter(issue=issue).values_list("status", flat=True))
unconfirmed = Delivery.objects.filter(issue=issue, status="unconfirmed")
unconfirmed = list(unconfirmed.values_list("subscription__subscriber__email", flat=True))
result = [issue.status, issue.recipients, issue.sent_count, rows, unconfirmed]
"""


def prepare(recipients: int) -> str:
    """So many readers of the daily newsletter, and an issue that is due."""
    return f"RECIPIENTS = {recipients}\n{PREPARE}"


class Workers:
    """As many as are wanted, each its own process, killed without warning and replaced."""

    def __init__(self, environment: dict[str, str], number: int) -> None:
        self.environment = environment
        self.processes = [self.start() for _ in range(number)]

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "worker"]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL)

    def kill_one(self, dice: random.Random) -> None:
        number = dice.randrange(len(self.processes))
        self.processes[number].send_signal(signal.SIGKILL)
        self.processes[number].wait()
        self.processes[number] = self.start()

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@contextlib.contextmanager
def publication_at_rest(folder: Path, mail_port: int) -> Iterator[Site]:
    """A loaded site of which no process runs."""
    shutil.copytree(
        loaded_once().data, folder, ignore=shutil.ignore_patterns("pages", "mail", "log")
    )
    with own_database("newsroom_newsletters") as url:
        environment = environment_of(folder) | {
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "MAILS_PER_SECOND": "0",
            "LOG_LEVEL": "WARNING",
        }
        if url:
            environment["DATABASE_URL"] = url
        yield Site("", folder, None, environment)  # type: ignore[arg-type]


@pytest.mark.drill
def test_workers_that_are_killed_send_to_everybody_once(tmp_path):
    dice = random.Random(7)
    with running_sink() as sink, publication_at_rest(tmp_path / "site", sink.port) as site:
        elsewhere = Elsewhere(site)
        scheduler = subprocess.Popen(
            [sys.executable, "manage.py", "scheduler"], cwd=ROOT, env=site.environment
        )
        workers = Workers(site.environment, 2)
        try:
            elsewhere.do(prepare(RECIPIENTS))
            wait_for(lambda: len(sink.taken) > 100, 60)
            kills = 0
            while kills < KILLS and len(sink.taken) < RECIPIENTS * 0.9:
                time.sleep(dice.uniform(0.2, 2.0))
                workers.kill_one(dice)
                kills += 1
            wait_for(lambda: elsewhere.do(LOOK)[0] == "sent", 300)  # type: ignore[index]
            status, recipients, sent, rows, unconfirmed = elsewhere.do(LOOK)  # type: ignore[misc]
        finally:
            workers.stop()
            scheduler.kill()
            scheduler.wait()
            elsewhere.stop()
    # Advertisers have mails of their own.
    times = Counter(
        number for address, number in sink.addresses.items() if address.startswith("reader")
    )
    assert kills >= 10
    # The mail that a worker was handing over when it was killed is unconfirmed: sent or not, the
    # desk knows of it.
    missing = {f"reader{number}@readers.example" for number in range(RECIPIENTS)} - set(
        sink.addresses
    )
    assert set(times) == {1}, times
    assert missing <= set(unconfirmed)
    assert (status, recipients, sent) == ("sent", RECIPIENTS, RECIPIENTS)
    assert rows["sent"] + rows.get("unconfirmed", 0) == RECIPIENTS
    assert rows.get("unconfirmed", 0) <= kills
    assert set(rows) <= {"sent", "unconfirmed"}


def test_a_newsletter_from_the_form_to_the_archive(site, open_context, page: Page):
    """A reader asks without scripts, an editor sends, and the reader reads, chooses and leaves."""
    reader = open_context(java_script_enabled=False).new_page()
    address = "newsletters-from-end-to-end@readers.example"
    reader.goto("/newsletter/")
    reader.get_by_label("E-mail address").fill(address)
    reader.get_by_role("button", name="Send me the newsletter").click()
    time.sleep(2.2)  # as long as a person looks
    reader.get_by_role("button", name="Send me the link").click()
    reader.goto(site.link_to(address, "/newsletter/confirm/"))
    reader.get_by_role("button", name="Send me the newsletter").click()
    reader.get_by_role("link", name="Choose your newsletters").click()
    assert reader.get_by_label("The daily newsletter").is_checked()

    sign_in(page, "editor")
    page.goto("/admin/newsletter/issue/add/")
    page.get_by_label("Newsletter:").select_option(label="The daily newsletter")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Subject:", exact=True).fill("From end to end")
    page.get_by_role("button", name="Preview").click()
    frame = page.frame_locator('iframe[title="The mail, light"]')
    assert frame.get_by_role("link", name="Unsubscribe").is_visible()
    page.go_back()
    page.get_by_label("Subject:", exact=True).fill("From end to end")
    page.locator(".field-intro [contenteditable]").click()
    page.keyboard.type("Typed a moment ago.")
    page.get_by_role("button", name="Send now…").click()
    expect(page.get_by_text("“Typed a moment ago.”")).to_be_visible()
    page.get_by_role("button", name="Send to").click()
    html = wait_for(lambda: html_to(site, address, "From end to end"), 60)
    assert isinstance(html, str)
    archived = re.search(r'href="?(http[^"]+/newsletter/daily/\d+/)"', html)[1]  # type: ignore[index]
    reader.goto(archived)
    assert reader.get_by_role("heading", name="From end to end").is_visible()
    counted = re.search(
        r'class="btlink"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*class="btlink"', html
    )
    assert counted
    reader.goto(counted[1] or counted[2])
    assert "/newsletter/go/" not in reader.url
    reader.goto(re.search(r'href="([^"]+/newsletter/leave/[^"]+)"', html)[1])  # type: ignore[index]
    reader.get_by_role("button", name="Unsubscribe").click()
    assert reader.get_by_role("heading", name="You have unsubscribed").is_visible()


def html_to(site: Site, address: str, subject: str) -> str | None:
    """The HTML of the mail with this subject to an address, once it was sent."""
    import email
    from email import policy

    for path in (site.data / "mail").glob("*"):
        # One file may hold several mails.
        for part in path.read_bytes().split(b"\n" + b"-" * 79):
            message = email.message_from_bytes(part.lstrip(), policy=policy.default)
            if message["To"] == address and message["Subject"] == subject:
                return message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    return None
