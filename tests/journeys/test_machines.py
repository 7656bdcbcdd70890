"""Two web machines with folders of their own, and a third that does the work: they share a database, a
Redis and a bucket, and nothing else.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ..object_storage import Bucket, bucket
from .conftest import (
    Site,
    free_port,
    loaded_once,
    own_database,
    serving,
    sign_in,
    wait_for,
)
from .test_desk import choose, upload
from .test_faults import REDIS, ask

WITHIN = 1.0  # seconds until what was done on one machine is seen on the other
HEADLINE = "Two presses print the same page"
STORY = "/technology/two-presses-print-the-same-page/"
pytestmark = [
    pytest.mark.drill,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="Machines do not share a file.",
    ),
]


@dataclass
class Machines:
    one: Site
    other: Site
    work: Path
    bucket: Bucket


@pytest.fixture
def machines(tmp_path) -> Iterator[Machines]:
    with contextlib.ExitStack() as running:
        shared = running.enter_context(bucket())
        url = running.enter_context(own_database("newsroom_machines"))
        port = free_port()
        variables = {
            "REDIS_URL": running.enter_context(redis(tmp_path)),
            "MEDIA_STORAGE_URL": shared.url,
            "SECRET_KEY": "the same on every machine, and longer than fifty characters",
            "SITE_URL": f"http://127.0.0.1:{port}",
        }
        move_pictures(shared)
        folders = {name: machine(tmp_path / name) for name in ("one", "other", "work")}
        for part in ("worker", "pictures", "scheduler"):
            running.enter_context(serving(folders["work"], url, only=part, **variables))
        one = running.enter_context(serving(folders["one"], url, port, only="web", **variables))
        other = running.enter_context(serving(folders["other"], url, only="web", **variables))
        yield Machines(one, other, folders["work"], shared)


def machine(folder: Path) -> Path:
    """A folder with what an installation leaves in it, and no picture."""
    shutil.copytree(loaded_once().data / "static", folder / "static")
    return folder


def move_pictures(shared: Bucket) -> None:
    """What docs/operating.md says of moving into a bucket: copy every file under its name."""
    media = loaded_once().data / "media"
    for path in media.rglob("*"):
        if path.is_file():
            name = path.relative_to(media).as_posix()
            shared.client.upload_file(str(path), shared.name, name)


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    if REDIS is None and os.environ.get("CI") != "true":
        pytest.skip("No redis-server. On Debian: apt install redis-server")
    socket = folder / "redis"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([REDIS, *options], stdout=subprocess.DEVNULL)
    try:
        wait_for(socket.exists)
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()


def soon(condition: Any) -> None:
    begun = time.monotonic()
    wait_for(condition, 10)
    assert time.monotonic() - begun < WITHIN


def test_what_is_done_on_one_machine_is_seen_on_the_other(machines, open_context):
    one, other = machines.one, machines.other
    (
        ask(other, "/"),
        ask(other, STORY),
    )  # Both are kept there now: the front page, and that it has no such story.
    page = open_context(base_url=one.url, viewport={"width": 1280, "height": 900}).new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    sign_in(page, "editor")
    upload_and_publish(page)
    soon(lambda: HEADLINE in ask_text(other, "/"))
    soon(lambda: ask(other, STORY)[0] == 200)

    wait_for(lambda: rendered(machines))
    reader = open_context(base_url=other.url).new_page()
    reader.goto(STORY)
    shown = reader.locator("figure img").first
    expect(shown).to_have_attribute("src", re.compile(re.escape(machines.bucket.public)))
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300

    comment(reader, machines.work)
    soon(lambda: "Seen from the other side." in ask_text(one, STORY))

    withdraw(page)
    soon(lambda: ask(other, STORY)[0] in (404, 410))
    assert [each for each in problems if "Content Security Policy" in each] == []


def test_a_machine_that_is_lost_takes_nothing_with_it(machines, open_context):
    page = open_context(
        base_url=machines.one.url, viewport={"width": 1280, "height": 900}
    ).new_page()
    sign_in(page, "editor")
    upload_and_publish(page)
    machines.one.process.send_signal(signal.SIGKILL)
    shutil.rmtree(machines.one.data)
    assert ask(machines.other, STORY)[0] == 200
    elsewhere = open_context(base_url=machines.other.url)
    elsewhere.add_cookies(
        [
            {"name": each["name"], "value": each["value"], "url": machines.other.url}
            for each in page.context.cookies()
        ]
    )
    desk = elsewhere.new_page()
    desk.goto("/admin/")
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    assert "/accounts/login/" not in desk.url


def ask_text(site: Site, path: str) -> str:
    with contextlib.suppress(OSError):
        return site.get(path)
    return ""


def rendered(machines: Machines) -> bool:
    return any(name.endswith("-800.webp") for name in machines.bucket.names())


def upload_and_publish(page: Page) -> None:
    upload(page, "A press in a cellar")
    page.goto("/admin/articles/article/add/")
    page.get_by_label("Headline").press_sequentially(HEADLINE)
    page.locator("#id_standfirst").fill("Neither knows of the other, and both are right.")
    page.locator("#id_section").select_option(label="Technology")
    page.locator(".ProseMirror[contenteditable=true]").click()
    page.keyboard.type("The ink was the same, too.")
    choose(page, "hero", "A press in a cellar")
    choose(page, "bylines-0-author", "Ines Kalloway")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("The story is now published.")


def comment(reader: Page, work: Path) -> None:
    form = reader.locator("#comment-form")
    form.get_by_label("Name").fill("Wenna")
    form.get_by_label("E-mail").first.fill("wenna@readers.example")
    form.get_by_role("textbox", name="Comment").fill("Seen from the other side.")
    form.get_by_role("button", name="Post this comment").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Check your inbox")
    mails = work / "mail"
    found = wait_for(lambda: [p for p in mails.glob("*") if "/comments/confirm/" in p.read_text()])
    address = re.search(r"/comments/confirm/\S+", found[0].read_text())[0]
    reader.goto(address)
    reader.get_by_role("button", name="Publish my comment").click()
    expect(reader).to_have_url(re.compile(r"#c\d+$"))


def withdraw(page: Page) -> None:
    page.goto("/admin/articles/article/?q=presses")
    page.get_by_role("link", name=HEADLINE).click()
    page.get_by_text("Date and unpublish…").click()
    page.get_by_role("button", name="Unpublish").click()
