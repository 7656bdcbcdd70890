"""Placements in a real browser: filled, seen by the rule, clicked, plain without a script; and
counted under kills.
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
from datetime import date, timedelta
from urllib.parse import parse_qs, urlencode

import pytest
from playwright.sync_api import expect

from .conftest import noting_what_moves, own_database, running_site, sign_in, wait_for, what_moved
from .test_conversation import web_processes
from .test_freshness import Elsewhere

pytestmark = pytest.mark.xdist_group("journeys")
STORY = "/policy/nine-banks-agree-when-a-payment-is-over/"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
COUNTS = """
from django.db.models import Sum
from advertising.models import DailyCount
rows = DailyCount.objects.values_list("action", "reason").annotate(n=Sum("number")).order_by()
result = {f"{action} {reason}".strip(): number for action, reason, number in rows}
"""


@pytest.fixture
def elsewhere(site) -> Iterator[Elsewhere]:
    process = Elsewhere(site)
    yield process
    process.stop()


class Beacons:
    """The placements that a page says were shown and seen."""

    def __init__(self, page) -> None:
        self.said: list[tuple[str, str]] = []
        page.on("request", self.note)

    def note(self, request) -> None:
        if request.url.endswith("/slots/seen/"):
            words = parse_qs(request.post_data)
            self.said += [(words["action"][0], token) for token in words["token"]]

    def of(self, action: str) -> list[str]:
        return [token for each, token in self.said if each == action]


@pytest.fixture
def reader(open_context):
    page = open_context(user_agent=CHROME, viewport={"width": 1280, "height": 420}).new_page()
    page.beacons = Beacons(page)
    return page


CREATIVE = "[...document.querySelectorAll('[data-slot={slot}] > a')].at({index})"


def show(page, slot: str, share: float, index: int = -1) -> None:
    """Scroll until so much of a creative has come into the window from below."""
    page.evaluate(
        f"""share => {{ const box = {CREATIVE.format(slot=slot, index=index)}.getBoundingClientRect();
        const top = box.top + scrollY + Math.ceil(box.height * share) - innerHeight;
        scrollTo({{ top, behavior: "instant" }}); }}""",
        share,
    )


def filled(page) -> None:
    page.goto(STORY)
    expect(page.locator("[data-slot=billboard] > a")).to_be_attached()
    page.wait_for_timeout(100)


def token_of(page, slot: str, index: int = -1) -> str:
    return page.evaluate(f"{CREATIVE.format(slot=slot, index=index)}.href").split("/")[-2]


def test_forty_per_cent_for_long_is_not_viewable_and_half_for_a_second_is(reader):
    filled(reader)
    token = token_of(reader, "rectangle", 0)
    show(reader, "rectangle", 0.4, 0)
    reader.wait_for_timeout(2500)
    assert token not in reader.beacons.of("viewable")
    show(reader, "rectangle", 0.5, 0)
    reader.wait_for_timeout(600)
    assert token not in reader.beacons.of("viewable")
    wait_for(lambda: reader.wait_for_timeout(50) or token in reader.beacons.of("viewable"), 5)


def test_thirty_per_cent_of_a_large_one_is_viewable(reader):
    filled(reader)
    token = token_of(reader, "billboard")
    show(reader, "billboard", 0.25)
    reader.wait_for_timeout(2000)
    assert token not in reader.beacons.of("viewable")
    show(reader, "billboard", 0.3)
    wait_for(lambda: reader.wait_for_timeout(50) or token in reader.beacons.of("viewable"), 5)


def test_a_second_that_is_interrupted_begins_anew(reader):
    filled(reader)
    token = token_of(reader, "rectangle", 0)
    for _ in range(3):
        show(reader, "rectangle", 0.8, 0)
        reader.wait_for_timeout(500)
        show(reader, "rectangle", 0, 0)
        reader.wait_for_timeout(200)
    assert token not in reader.beacons.of("viewable")


def test_what_is_shown_is_counted_and_a_click_leads_to_the_advertiser(reader, elsewhere):
    before = elsewhere.do(COUNTS)
    filled(reader)
    boxes = reader.locator("[data-slot]:visible")
    expect(boxes.locator("> a")).to_have_count(boxes.count())
    for label in boxes.locator("> span").all_inner_texts():
        assert re.match(r"Advertisement, paid for by |From us|For businesses", label)
    wait_for(lambda: reader.wait_for_timeout(50) or reader.beacons.of("rendered"))
    token = reader.beacons.of("rendered")[0]
    reader.wait_for_timeout(600)
    reader.route("https://*.example/**", lambda route: route.fulfill(body="The advertiser’s page"))
    reader.locator(f"a[href*='{token}']").first.click()
    expect(reader).to_have_url(re.compile(r"^https://[a-z]+\.example/"))
    rendered = len(reader.beacons.of("rendered"))
    after = wait_for(
        lambda: (now := elsewhere.do(COUNTS)).get("clicked", 0) > before.get("clicked", 0) and now
    )
    assert after["rendered"] - before.get("rendered", 0) == rendered
    wait_for(lambda: elsewhere.do(COUNTS)["offered"] - before.get("offered", 0) == rendered)


def test_staff_sees_placements_and_is_not_counted(open_context, elsewhere):
    page = open_context(user_agent=CHROME).new_page()
    sign_in(page, "adops")
    before = elsewhere.do(COUNTS)
    filled(page)
    wait_for(
        lambda: elsewhere.do(COUNTS).get("rendered staff", 0) > before.get("rendered staff", 0)
    )
    assert elsewhere.do(COUNTS).get("rendered", 0) == before.get("rendered", 0)


def test_without_javascript_there_is_a_labelled_banner_that_leads_to_its_advertiser(open_context):
    page = open_context(java_script_enabled=False, user_agent=CHROME).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(STORY)
    box = page.locator("[data-slot=top]")
    expect(box).to_contain_text("Advertisement, paid for by Palisade Custody")
    assert box.locator("img").bounding_box()["height"] == pytest.approx(90, abs=1)
    assert not [url for url in asked if "/slots/" in url]
    page.route("https://*.example/**", lambda route: route.fulfill(body="The advertiser’s page"))
    box.locator("a").click()
    expect(page).to_have_url(re.compile(r"^https://palisade\.example/"))


def test_without_an_answer_the_plain_banner_is_shown(open_context):
    page = open_context(user_agent=CHROME).new_page()
    page.route("**/slots/?*", lambda route: route.fulfill(status=503, body="no"))
    page.goto(STORY)
    expect(page.locator("[data-slot=top]")).to_contain_text(
        "Advertisement, paid for by Palisade Custody"
    )


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_moves_when_the_boxes_are_filled(open_context, width):
    page = open_context(user_agent=CHROME, viewport={"width": width, "height": 900}).new_page()
    noting_what_moves(page)
    page.goto(STORY, wait_until="networkidle")
    page.mouse.wheel(0, 4000)
    page.wait_for_timeout(700)
    assert not what_moved(page)


# --- Under kills --------------------------------------------------------------------------------

CLIENTS = 32
BEACONS = 10_000


class Sender:
    """Asks for slots and says that they were shown, the same token again until it is told that it
    arrived.
    """

    def __init__(self, site, positions: list[str]) -> None:
        self.host = site.url.removeprefix("http://")
        self.address = f"/slots/?{urlencode({'w': 1280, 's': positions}, doseq=True)}"
        self.offered = self.unsure = self.told = self.again = 0
        self.wrong: list[int] = []
        self.connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        """One kept connection, as browsers have; a new one when its process was killed."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, timeout=20)
        headers = {"User-Agent": CHROME, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise

    def send(self, number: int) -> None:
        while self.told < number:
            try:
                _, body = self.ask("GET", self.address)
            except (OSError, http.client.HTTPException):
                self.unsure += 1
                time.sleep(0.05)
                continue
            tokens = [
                slot["token"] for slot in json.loads(body)["slots"] if slot and "token" in slot
            ]
            self.offered += len(tokens)
            for token in tokens[: number - self.told]:
                self.say(token)

    def say(self, token: str) -> None:
        for _ in range(1200):
            try:
                status, _ = self.ask(
                    "POST", "/slots/seen/", urlencode({"action": "rendered", "token": token})
                )
            except (OSError, http.client.HTTPException):
                self.again += 1
                time.sleep(0.05)
                continue
            self.told += 1
            if status != 204:
                self.wrong.append(status)
            return


@pytest.fixture
def own_site(tmp_path_factory) -> Iterator:
    folder = tmp_path_factory.mktemp("counted")
    variables = {
        "LOG_LEVEL": "WARNING",
        "SEEN_A_MINUTE": "0",
        "VIEWS_A_DAY": "0",
        "WEB_WORKERS": "2",
    }
    with (
        own_database("newsroom_counted") as url,
        running_site(folder / "site", url, **variables) as site,
    ):
        yield site


@pytest.mark.drill
def test_ten_thousand_beacons_add_up_exactly_whatever_is_killed(own_site):
    elsewhere = Elsewhere(own_site)
    before = elsewhere.do(COUNTS)
    positions = re.findall(r'data-position="?([^" >]+)', own_site.get(STORY))
    senders = [Sender(own_site, positions) for _ in range(CLIENTS)]
    share = BEACONS // CLIENTS + 1
    threads = [threading.Thread(target=sender.send, args=(share,)) for sender in senders]
    for thread in threads:
        thread.start()
    kills = 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(3)
        for pid in web_processes(own_site)[-1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                kills += 1
    for thread in threads:
        thread.join()
    told = sum(sender.told for sender in senders)
    offered = sum(sender.offered for sender in senders)
    unsure = sum(sender.unsure for sender in senders) * len(positions)
    assert kills >= 2
    assert [status for sender in senders for status in sender.wrong] == []
    assert told == share * CLIENTS >= BEACONS

    def all_folded() -> dict[str, int] | None:
        """One more page is asked for, so that what a killed process left behind is looked for."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            senders[0].ask("GET", senders[0].address)
        now = elsewhere.do(COUNTS)
        return now if now["offered"] - before.get("offered", 0) >= offered else None

    after = wait_for(all_folded, 90)
    elsewhere.stop()
    # Each token once, however often it was sent; what was sent again is told apart.
    assert after["rendered"] - before.get("rendered", 0) == told
    replayed = after.get("rendered replayed", 0) - before.get("rendered replayed", 0)
    assert replayed <= sum(sender.again for sender in senders)
    # An answer that a kill swallowed was offered, and we cannot know of it.
    assert (
        offered
        <= after["offered"] - before.get("offered", 0)
        <= offered + unsure + 200 * len(positions)
    )


# --- The first visit -----------------------------------------------------------------------------


def test_from_the_first_visit_to_a_submitted_placement_by_oneself(open_context, site):
    """Under five minutes and twenty clicks, without anybody’s help."""
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    clicks, started = 0, time.monotonic()

    def press(role: str, name) -> None:
        nonlocal clicks
        clicks += 1
        page.get_by_role(role, name=name).first.click()

    page.goto("/")
    press("link", "See the rate card")
    press("link", "Submit a placement")
    press("link", "Create an account")
    page.locator("#id_email").fill("ines@quillfeather.example")
    page.locator("#id_username").fill("ines")
    page.locator("#id_password1").fill("a-long-sentence-of-ink")
    page.locator("#id_password2").fill("a-long-sentence-of-ink")
    press("button", "Create the account")
    page.goto(site.link_to("ines@quillfeather.example", "/accounts/confirm-email/"))
    press("button", re.compile("Confirm|Yes|this is my|address"))
    if page.get_by_label("Password").count():
        page.get_by_label("User name or e-mail").fill("ines")
        page.get_by_label("Password").fill("a-long-sentence-of-ink")
        press("button", "Sign in")
    page.goto("/partners/placements/new/")
    page.get_by_label("Company").fill("Quillfeather Press")
    page.get_by_label("Website").fill("https://quillfeather.example/")
    press("button", "Continue")
    press("link", re.compile("Choose.*Newsletter placement"))
    page.get_by_label("Day of the newsletter").fill(str(date.today() + timedelta(days=9)))
    page.get_by_label("Headline").fill("Ink that keeps")
    page.get_by_label("Text").fill("A catalogue of inks for ledgers, with samples.")
    page.get_by_label("Landing page").fill("https://quillfeather.example/inks")
    clicks += 1
    page.get_by_label("We own or may use everything").check()
    press("button", "Continue to preview and price")
    expect(page.get_by_role("main")).to_contain_text("$620.00")
    press("button", "Submit for review")
    expect(page.locator(".badge").first).to_have_text("In review")
    assert clicks <= 20
    assert time.monotonic() - started < 300


def test_a_sponsored_article_is_written_in_our_editor(open_context):
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    problems: list[str] = []
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    sign_in(page, "advertiser")
    page.goto("/partners/placements/new/sponsored/")
    editor = page.locator(".ProseMirror[contenteditable=true]")
    editor.wait_for()
    editor.click()
    page.keyboard.type("A ledger is a promise in ink.")
    page.keyboard.press("Enter")
    page.keyboard.type("It is kept by two people.")
    page.get_by_label("Headline").fill("A promise in ink")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A promise in ink")
    expect(page.locator(".ProseMirror[contenteditable=true] p").first).to_have_text(
        "A ledger is a promise in ink."
    )
    page.get_by_role("link", name="Preview and checks").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("A promise in ink")
    expect(frame.locator(".stand").first).to_have_text("A ledger is a promise in ink.")
    assert [problem for problem in problems if "Content Security Policy" in problem] == []
