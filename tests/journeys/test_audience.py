"""Page views in a real browser: told once, by one request or another, with their reading; the truth of
a generator of traffic and our figures agree to the view.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import wait_for
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
