"""Page views in a real browser: told once, by one request or another, with their reading; the truth of
a generator of traffic and our figures agree to the view.
"""

import os
import re
import signal
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import expect

from audience import outside_analytics

from ..processes import running
from .barriers import has_no_barrier
from .conftest import ROOT, Site, not_on_the_second_database, own_database, running_site, wait_for
from .test_freshness import Elsewhere

pytestmark = pytest.mark.xdist_group("journeys")
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
STORY = "/policy/nine-banks-agree-when-a-payment-is-over/"
TURN_AWAY = """
Object.defineProperty(document, "hidden", { get: () => true });
document.dispatchEvent(new Event("visibilitychange"));
"""
FIGURES = """
from audience.models import DailyFigure, DailyViews
day = DailyViews.objects.order_by("-day").first().day
row = DailyViews.objects.get(day=day, page__path="{path}")
result = {{
    "views": row.views, "seconds": row.seconds, "whole": row.whole, "measured": row.measured,
    **dict(DailyFigure.objects.filter(day=day, kind__in=["not_counted", "outbound"]).values_list("word", "number")),
}}
"""


@pytest.fixture
def figures(site) -> Iterator[Any]:
    process = Elsewhere(site)

    def told() -> dict[str, int]:
        return process.do(FIGURES.format(path=STORY))

    # What the journey before this one told may wait for a second still.
    before = None
    while before != (before := told()):
        time.sleep(2)
    yield told
    process.stop()


def opened(page: Any, path: str = STORY) -> None:
    """Until the view has been told."""
    with page.expect_request(re.compile(r"/slots/\?.*vk=|/views/$")):
        page.goto(path)


def grown(figures: Any, before: dict[str, int], **wanted: int) -> None:
    """The figures come to be so much more, and stay so."""

    def has_grown() -> bool:
        now = figures()
        return all(now.get(name, 0) - before.get(name, 0) == more for name, more in wanted.items())

    wait_for(has_grown, 20)


def test_a_reader_is_counted_once_with_what_was_read(open_context, figures):
    before = figures()
    page = open_context(user_agent=CHROME).new_page()
    opened(page)
    page.locator(".story-end").scroll_into_view_if_needed()
    page.wait_for_timeout(2_500)
    # What is told on leaving goes out under the browser’s real name, which is a robot’s here.
    with page.expect_request("**/views/read/"):
        page.evaluate(TURN_AWAY)
    grown(figures, before, views=1, whole=1, measured=1)
    assert figures()["seconds"] > before["seconds"]


def test_a_request_that_is_blocked_is_made_good_by_a_beacon(open_context, figures):
    before = figures()
    page = open_context(user_agent=CHROME).new_page()
    page.route("**/slots/**", lambda route: route.abort())
    # What is told on leaving would go out under the browser’s real name: each is told before.
    with page.expect_request("**/views/"):
        page.goto(STORY)
    with page.expect_request("**/views/"):
        page.reload()
    grown(figures, before, views=2)


def test_without_scripts_a_picture_tells_of_it(open_context, figures):
    before = figures()
    page = open_context(user_agent=CHROME, java_script_enabled=False).new_page()
    page.goto(STORY)
    grown(figures, before, views=1)


def test_robots_and_those_who_ask_not_to_be_counted_are_told_apart(open_context, figures):
    before = figures()
    opened(open_context(user_agent=CHROME.replace("Chrome", "HeadlessChrome")).new_page())
    opened(open_context(user_agent=CHROME, extra_http_headers={"DNT": "1"}).new_page())
    grown(figures, before, views=0, robot=1, asked_not=1)


def test_two_tabs_are_two_views_and_one_in_the_background_none_until_it_is_seen(
    open_context, figures
):
    before = figures()
    context = open_context(user_agent=CHROME)
    opened(context.new_page())
    opened(context.new_page())
    grown(figures, before, views=2)


@pytest.fixture
def asking(open_context, site):
    """Open a page that asks whether a service outside may count too, and what was asked of it."""
    service = outside_analytics.parse("plausible:finality.example")
    box = render_to_string("components/outside_analytics.html", {"analytics": service})
    source = ROOT / "newsroom/static/newsroom"
    script = f"<script>{(source / 'js/outside_analytics.js').read_text()}</script>"
    script += f"<style>{(source / 'css/consent.css').read_text()}</style>"
    before, end = site.get(STORY).rsplit("</footer>", 1)
    html = f"{before}</footer>{box}{script}{end}"

    def opened(**options):
        page = open_context(**options).new_page()
        asked = []
        page.route(f"**{STORY}", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.route(
            "https://plausible.io/**",
            lambda route: (asked.append(route.request.url), route.fulfill(body="")),
        )
        page.goto(STORY)
        return page, asked

    return opened


@not_on_the_second_database
def test_a_service_outside_counts_after_a_yes_alone(asking):
    page, asked = asking()
    box = page.get_by_role("complementary", name="Counting by Plausible")
    expect(box).to_be_visible()
    has_no_barrier(page, "consent")
    assert asked == []
    box.get_by_role("button", name="No").click()
    page.reload()
    expect(box).to_be_hidden()
    assert asked == []
    page.evaluate("localStorage.removeItem('outside-analytics')")
    page.reload()
    with page.expect_request("https://plausible.io/js/script.js"):
        box.get_by_role("button", name="Yes").click()
    with page.expect_request("https://plausible.io/js/script.js"):
        page.reload()
    expect(box).to_be_hidden()
    # Taken back on the page that began with it, it is gone at once.
    page.evaluate("document.querySelector('[data-outside-analytics]').hidden = false")
    with page.expect_navigation():
        box.get_by_role("button", name="No").click()
    assert page.locator("script[data-domain]").count() == 0
    page.evaluate("localStorage.setItem('outside-analytics', 'yes')")
    page.reload()
    assert page.locator("script[data-domain='finality.example']").count() == 1


@not_on_the_second_database
def test_a_browser_that_asks_not_to_be_tracked_is_not_asked(asking):
    page, asked = asking()
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page.goto(STORY)
    expect(page.locator("[data-outside-analytics]")).to_be_hidden()
    assert asked == []


# --- A kill ---------------------------------------------------------------------------------------

KEPT = 'result = DailyViews.objects.aggregate(n=Sum("views"))["n"] or 0'
VIEWS = f"""
from django.db.models import Sum
from audience.models import DailyViews
{KEPT}
"""
LOST_AT_MOST = 2.5  # seconds of views: one until they are stored, the rest for a busy machine


class Reader(threading.Thread):
    """Opens a page again and again, and notes which views were taken, and when."""

    def __init__(self, site: Site, page: str, number: int, until: float) -> None:
        super().__init__()
        self.site, self.page, self.number, self.until = site, page, number, until
        self.taken: dict[str, float] = {}

    def send(self, key: str) -> bool:
        body = urllib.parse.urlencode({"p": self.page, "k": key, "w": "1280"}).encode()
        request = urllib.request.Request(
            f"{self.site.url}/views/", body, {"User-Agent": CHROME, "Host": "127.0.0.1"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status == 204
        except OSError:
            return False

    def run(self) -> None:
        count = 0
        while time.monotonic() < self.until:
            key = f"key-{self.number:02}-{count:06}"
            count += 1
            if self.send(key):
                self.taken[key] = time.monotonic()


@pytest.mark.drill
def test_a_kill_loses_its_last_second_of_views_and_counts_none_twice(tmp_path):
    variables = {"SEEN_A_MINUTE": "0", "VIEWS_OF_A_PAGE_A_DAY": "0", "WEB_WORKERS": "2"}
    with (
        own_database("newsroom_views") as url,
        running_site(tmp_path / "site", url, **variables) as site,
    ):
        page = re.search(r'data-page="?([^" >]+)', site.get(STORY))[1]
        elsewhere = Elsewhere(site)
        before = elsewhere.do(VIEWS)
        readers = [Reader(site, page, number, time.monotonic() + 14) for number in range(4)]
        for reader in readers:
            reader.start()
        kills = []
        for _ in range(3):
            time.sleep(4)
            os.kill(running(site.process.pid, "gunicorn")[-1], signal.SIGKILL)
            kills.append(time.monotonic())
        for reader in readers:
            reader.join()
        taken = {key: at for reader in readers for key, at in reader.taken.items()}
        at_risk = sum(
            any(kill - LOST_AT_MOST < at <= kill for kill in kills) for at in taken.values()
        )
        assert len(taken) - at_risk > 500

        def stored() -> int:
            return elsewhere.do(VIEWS) - before

        wait_for(lambda: stored() >= len(taken) - at_risk)
        assert stored() <= len(taken) + len(kills) * len(readers)  # whose answer a kill swallowed
        # Sent again, as a page does that got no answer: what was lost is found, nothing is doubled.
        for reader in readers:
            for key in reader.taken:
                assert reader.send(key)
        wait_for(lambda: stored() >= len(taken))
        time.sleep(2)
        assert stored() <= len(taken) + len(kills) * len(readers)
        elsewhere.stop()
