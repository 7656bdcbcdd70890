"""Readers and moderators of a conversation, with JavaScript and without; and what is left when
processes are killed.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from ..processes import running
from .barriers import has_no_barrier
from .conftest import own_database, running_site, sign_in
from .test_freshness import Elsewhere

pytestmark = pytest.mark.xdist_group("journeys")
STORY = "/markets/how-to-close-an-exchange/"


def post(page, text, **fields):
    form = page.locator("#comment-form")
    for label, value in fields.items():
        form.get_by_label(label).first.fill(value)
    form.get_by_role("textbox", name="Comment").fill(text)
    form.get_by_role("button", name="Post this comment").click()


def confirm(page, site, address):
    page.goto(site.link_to(address, "/comments/confirm/"))
    page.get_by_role("button", name="Publish my comment").click()
    expect(page).to_have_url(re.compile(r"#c\d+$"))


@pytest.mark.parametrize("javascript", [True, False])
def test_a_remembered_reader_writes_at_once_changes_it_and_is_forgotten(
    open_context, site, javascript
):
    page = open_context(java_script_enabled=javascript).new_page()
    name = "Osric" if javascript else "Edda"
    address = f"{name.lower()}@readers.example"
    page.goto(STORY)
    form = page.locator("#comment-form")
    form.get_by_label("Remember me in this browser").check()
    post(page, f"{name}’s first.", Name=name, **{"E-mail": address})
    if not javascript:
        page.get_by_role("button", name="Post this comment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    confirm(page, site, address)

    page.goto(STORY)
    if javascript:
        form.scroll_into_view_if_needed()
        expect(page.locator("[data-known]")).to_contain_text(f"You write as {name}")
        expect(form.get_by_label("Name")).to_be_hidden()
    else:
        page.get_by_role("link", name="Write on a page that knows you").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Leave a comment")
    post(page, f"{name}’s second.\n\n> a quote\n\nand `code`")
    expect(page).to_have_url(re.compile(r"#c\d+$"))
    number = re.search(r"#c(\d+)$", page.url)[1]
    comment = page.locator(f"#c{number}")
    expect(comment.locator("blockquote")).to_have_text("a quote")
    expect(comment.locator("code")).to_have_text("code")

    if javascript:
        page.locator("#comment-form").get_by_role("textbox", name="Comment").focus()
        comment.get_by_role("link", name="Change").click()
    else:
        page.goto(f"/comments/{number}/change/")
    if javascript:
        has_no_barrier(page, "change")
    page.get_by_role("textbox", name="Comment").fill(f"{name}’s last.")
    page.get_by_role("button", name="Save the change").click()
    expect(page.locator(f"#c{number} .comment-body")).to_have_text(f"{name}’s last.")
    expect(page.locator(f"#c{number} .edited")).to_have_text("changed")

    if javascript:
        page.locator("#comment-form").get_by_role("textbox", name="Comment").focus()
    else:
        page.get_by_role("link", name="Write on a page that knows you").click()
    page.get_by_role("button", name="Forget me in this browser").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forgotten")
    if javascript:
        has_no_barrier(page, "forgotten")
    page.goto(STORY)
    page.locator("#comment-form").get_by_role("textbox", name="Comment").focus()
    expect(page.locator("#comment-form").get_by_label("Name")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_replies_fold_away_and_a_comment_is_voted_on_and_reported(open_context, javascript):
    page = open_context(java_script_enabled=javascript).new_page()
    page.goto(STORY)
    replies = page.locator("details.replies").first
    reply = replies.locator("article").first
    expect(reply).to_be_visible()
    replies.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(reply).to_be_hidden()
    replies.locator("summary").first.click()
    expect(reply).to_be_visible()

    count = page.locator("button[name=agree]").nth(4)
    before = int(count.locator("[data-count]").inner_text())
    count.click()
    expect(page.locator("button[name=agree]").nth(4).locator("[data-count]")).to_have_text(
        str(before + 1)
    )
    page.locator("button[name=agree]").nth(4).click()
    expect(page.locator("button[name=agree]").nth(4).locator("[data-count]")).to_have_text(
        str(before)
    )

    page.get_by_role("link", name=re.compile("^Report")).nth(5).click()
    page.get_by_label("It advertises something").check()
    page.get_by_label("Anything a moderator should know").fill(f"Twice, {javascript}.")
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_moderator_reads_the_queue_by_keys_or_by_buttons(open_context, javascript):
    page = open_context(java_script_enabled=javascript).new_page()
    sign_in(page, "moderator")
    page.goto("/admin/comments/sitecomment/queue/")
    waiting = page.locator("[data-waiting]")
    number = waiting.count()
    assert number >= 4
    third, fourth = waiting.nth(2).inner_text(), waiting.nth(3).inner_text()
    if javascript:
        for key in "jjkjr":
            page.keyboard.press(key)
    else:
        waiting.nth(2).get_by_role("button", name="Remove").click()
    expect(page.get_by_text("1 comment removed.")).to_be_visible()
    expect(waiting).to_have_count(number - 1)
    # The place is kept: what was skipped stays in front, what comes next is to be decided.
    expect(page.locator("[data-current]")).to_contain_text(fourth.splitlines()[0])
    if javascript:
        expect(page.locator("[data-current]")).to_be_focused()
        page.keyboard.press("z")
    else:
        page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Undone: 1 comment put back.")).to_be_visible()
    expect(waiting).to_have_count(number)
    assert waiting.nth(2).inner_text() == third


@pytest.mark.parametrize("javascript", [True, False])
def test_a_moderator_bans_for_a_week_and_takes_it_back(open_context, javascript):
    page = open_context(java_script_enabled=javascript).new_page()
    sign_in(page, "moderator")
    page.goto("/admin/comments/sitecomment/queue/")
    number = page.locator("[data-waiting]").count()
    if javascript:
        page.keyboard.press("b")
    else:
        page.get_by_role("button", name="Ban …").first.click()
    if javascript:  # axe is a script
        has_no_barrier(page, "queue, ban")
    ban = page.locator("form:popover-open")
    ban.get_by_label("7 days").check()
    ban.get_by_label("Reason, shown to the writer").fill("You sell something.")
    ban.get_by_role("button", name="Ban and remove as spam").click()
    expect(page.get_by_text("1 comment removed as spam, writer banned.")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Undone: 1 comment put back; ban lifted.")).to_be_visible()
    expect(page.locator("[data-waiting]")).to_have_count(number)


def test_a_moderator_comes_from_the_story_to_the_comment_on_the_desk(page):
    sign_in(page, "moderator")
    page.goto("/admin/comments/sitecomment/queue/?tab=all")
    page.locator(".queue__about a").first.click()
    link = page.get_by_role("link", name="Moderate").first
    page.locator("#comment-form").scroll_into_view_if_needed()
    expect(link).to_be_visible()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Comment by")
    has_no_barrier(page, "comment on the desk")


def test_a_rule_is_tried_before_it_is_saved(page):
    sign_in(page, "moderator")
    page.goto("/admin/comments/rule/add/")
    page.get_by_label("Name").fill("Barley")
    page.get_by_label("What it looks for").select_option("words")
    page.get_by_label("Reason for the writer").fill("It mentions barley.")
    page.get_by_label("Words or sites").fill("barley")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("how the barley got into trouble")).to_be_visible()
    has_no_barrier(page, "rule, tried")
    page.goto("/admin/comments/rule/")
    expect(page.get_by_role("link", name="Barley")).to_have_count(0)


# --- Killed while a thousand comments are posted ----------------------------------------

WRITERS = 8
COMMENTS = 1000
PREPARE = f"""
import hashlib
from django.utils import timezone
from articles.models import Article
from comments.models import Rule, VerifiedCommenter
for rule in Rule.objects.all():
    rule.is_on = False
    rule.save()
for number in range({WRITERS}):
    digest = hashlib.sha256(f"writer-{{number}}".encode()).hexdigest()
    VerifiedCommenter.objects.create(digest=digest, name=f"W{{number}}",
                               email=f"w{{number}}@readers.example", confirmed_at=timezone.now())
result = Article.objects.get(slug="how-to-close-an-exchange").pk
"""
COUNT = """
from articles.models import Article
from comments.models import SiteComment, comments_on
story = Article.objects.get(slug="how-to-close-an-exchange")
words = list(SiteComment.objects.filter(comment__startswith="Killed ").values_list("comment", flat=True))
kept = comments_on(story)
result = {
    "words": words,
    "said": story.comment_count,
    "stand": kept.filter(is_public=True, is_removed=False).count(),
    "places": kept.values("thread_id", "order").distinct().count(),
    "all": kept.count(),
}
"""


@pytest.fixture
def own_site(tmp_path_factory) -> Iterator:
    folder = tmp_path_factory.mktemp("killed")
    with (
        own_database("newsroom_killed") as url,
        running_site(folder / "site", url, LOG_LEVEL="WARNING") as site,
    ):
        yield site


def web_processes(site) -> list[int]:
    """The eldest first: the last is one that answers readers."""
    return running(site.process.pid, "gunicorn")


class Writer:
    """Posts one comment after the other, the same one again until it is told that it stands."""

    def __init__(self, site, article: int, number: int) -> None:
        self.host = site.url.removeprefix("http://")
        self.number = number
        self.cookie = f"reader=writer-{number}"
        self.form = {"content_type": "articles.article", "object_pk": str(article)}
        self.told: list[str] = []
        self.refused: list[str] = []

    def ask(self, method: str, path: str, form: dict[str, str]) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self.host, timeout=20)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urlencode(form), headers)
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer

    def begin(self) -> None:
        answer = self.ask("GET", f"/comments/tokens/?{urlencode(self.form)}", {})
        token = re.search(r"csrftoken=([^;]+)", answer.headers["Set-Cookie"])[0]
        self.cookie += f"; {token}"
        tokens = json.loads(answer.body)
        self.form |= {
            name: str(tokens[name])
            for name in ("csrfmiddlewaretoken", "timestamp", "security_hash")
        }

    def write(self, number: int) -> None:
        self.begin()
        for index in range(number):
            words = f"Killed {self.number}-{index}"
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    answer = self.ask("POST", "/comments/post/", self.form | {"comment": words})
                    if answer.status == 302:
                        self.told.append(words)
                        break
                    if answer.status < 500:
                        self.refused.append(f"{answer.status}: {words}")
                        break
                time.sleep(0.05)


@pytest.mark.drill
def test_every_acknowledged_comment_is_there_once_whatever_is_killed(own_site):
    elsewhere = Elsewhere(own_site)
    article = elsewhere.do(PREPARE)
    writers = [Writer(own_site, article, number) for number in range(WRITERS)]
    threads = [
        threading.Thread(target=writer.write, args=(COMMENTS // WRITERS,)) for writer in writers
    ]
    for thread in threads:
        thread.start()
    kills = told_before = 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(0.2)
        told_now = sum(len(writer.told) for writer in writers)
        # However long it takes to start again, it answers before it is killed the next time.
        if told_now - told_before < COMMENTS // 10:
            continue
        told_before = told_now
        for pid in web_processes(own_site)[-1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                kills += 1
    for thread in threads:
        thread.join()
    found = elsewhere.do(COUNT)
    elsewhere.stop()
    told = [words for writer in writers for words in writer.told]
    assert kills >= 3
    assert [words for writer in writers for words in writer.refused] == []
    assert len(told) == COMMENTS
    assert sorted(found["words"]) == sorted(told)
    assert found["said"] == found["stand"]
    assert found["places"] == found["all"]
