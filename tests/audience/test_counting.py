"""What is counted as a view, what is not and why, and that nothing counts twice."""

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DataError, OperationalError, connections
from django.utils import timezone

from audience import page_address
from audience.counting import batch, retention
from audience.counting.buffer import EventBuffer
from audience.counting.events import View
from audience.models import (
    DailySalt,
    DailySource,
    DailyViews,
    DailyVisitors,
    HourlyViews,
    Page,
    PageReader,
    RecentViews,
    SeenKey,
)
from audience.page_address import PageAddress

from ..factories import PublishedArticleFactory, UserFactory, member_of
from .conftest import CHROME, ROBOT, Browser, figures, views

pytestmark = pytest.mark.django_db


def test_a_view_is_counted_by_page_hour_day_and_source(browser, noon):
    story = PublishedArticleFactory()
    path = story.get_absolute_url()
    browser.open(path, r="https://www.google.com/")
    assert views() == {path: 1}
    page = Page.objects.get()
    assert (page.story, page.key) == (story, f"story:{story.pk}")
    assert HourlyViews.objects.get().begins_at == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert RecentViews.objects.get().begins_at == datetime(2026, 11, 22, 12, tzinfo=UTC)
    source = DailySource.objects.get()
    assert (source.source, source.views) == ("search", 1)
    assert figures("host") == {"google.com": 1}
    assert figures("device") == {"desktop": 1}


@pytest.mark.parametrize("path", ["/", "/prices/", "/newsletter/", "/about/", "/search/?q=etf"])
def test_pages_for_everybody_are_counted(browser, path):
    browser.open(path)
    assert list(views()) == [path.partition("?")[0]]


@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/", "/comments/confirm/x/"])
def test_what_is_one_persons_is_not(browser, path):
    assert browser.signed(path) == ""


def test_what_is_sent_twice_counts_once(browser):
    key = browser.open("/")
    browser.open("/", key=key)
    assert views() == {"/": 1}
    assert figures("not_counted") == {"replayed": 1}


def test_in_one_batch_too(db):
    view = View("same-key-1", PageAddress("/"), timezone.now())
    batch.store([view, view, View("other-key", PageAddress("/"), timezone.now())])
    assert views() == {"/": 2}
    assert figures("not_counted") == {"replayed": 1}


@pytest.mark.parametrize(
    ("agent", "headers", "reason"),
    [
        (ROBOT, {}, "robot"),
        ("curl/8.0", {}, "unknown"),
        (CHROME, {"Sec-Purpose": "prefetch"}, "prefetch"),
        (CHROME, {"DNT": "1"}, "asked_not"),
        (CHROME, {"Sec-GPC": "1"}, "asked_not"),
    ],
)
def test_what_does_not_count_is_told_by_its_reason(browser, agent, headers, reason):
    browser.agent = agent
    browser.open("/", headers=headers)
    assert views() == {}
    assert figures("not_counted") in ({reason: 1}, {"robot": 1} if agent != CHROME else None)
    assert not PageReader.objects.exists()


def test_who_asked_not_to_be_tracked_is_counted_where_the_operator_says_so(browser, settings):
    settings.RESPECT_DO_NOT_TRACK = False
    browser.open("/", headers={"DNT": "1"})
    assert views() == {"/": 1}


def test_our_own_people_do_not_count(browser, client):
    client.force_login(member_of("Editors"))
    browser.open("/")
    assert figures("not_counted") == {"staff": 1}
    client.force_login(UserFactory())
    browser.open("/")
    assert views() == {"/": 1}


@pytest.mark.parametrize("words", [{"p": "forged"}, {"k": "x"}, {"k": "a b c d e f"}, {"p": ""}])
def test_what_no_page_of_ours_says_does_not_count(browser, words):
    browser.post("/views/", {"p": browser.signed("/"), "k": "good-key-1", "w": "x", **words})
    assert views() == {}


@pytest.mark.parametrize("address", ["/views/", "/views/read/", "/views/point.gif"])
@pytest.mark.parametrize(
    "words", [{}, {"p": "\x00", "k": "\x00"}, {"n": "9" * 400, "s": "-1", "d": "x"}, {"r": "http://["}]
)  # fmt: skip
def test_nothing_that_is_told_breaks_anything(browser, client, address, words):
    told = {"p": browser.signed("/"), "k": "good-key-1", **words}
    answer = client.get(address, told) if "gif" in address else client.post(address, told)
    assert answer.status_code in (200, 204, 400)


def test_the_beacons_take_nothing_but_a_post(client):
    assert client.get("/views/").status_code == 405
    assert client.get("/views/read/").status_code == 405


def test_without_scripts_a_picture_tells_of_the_page(browser, client):
    html = client.get("/").content.decode()
    assert re.search(r"<noscript>\s*<img", html)
    for _ in range(2):
        answer = client.get(
            "/views/point.gif", {"p": browser.signed("/")}, headers={"User-Agent": CHROME}
        )
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/gif")
    assert "no-store" in answer["Cache-Control"]
    assert views() == {"/": 2}
    assert DailySource.objects.get().source == "unknown"


def test_the_request_of_slots_tells_of_the_page_too(browser, client):
    signed = browser.signed("/")
    query = {"w": "390", "vp": signed, "vk": "slots-key-1", "vr": "https://t.co/x", "vq": ""}
    assert client.get("/slots/", query, headers={"User-Agent": CHROME}).status_code == 200
    # Its answer got lost, and the page tells it once more.
    browser.open("/", key="slots-key-1")
    assert views() == {"/": 1}
    assert (figures("host"), figures("device")) == ({"X": 1}, {"phone": 1})


# --- Readers --------------------------------------------------------------------------------------


def test_a_reader_of_a_page_counts_once_a_day(browser):
    browser.open("/")
    browser.open("/")
    browser.network = "198.51.100.2"
    browser.open("/")
    found = DailyViews.objects.get()
    assert (found.views, found.readers) == (3, 2)


def test_one_network_is_no_audience(browser, settings):
    settings.VIEWS_OF_A_PAGE_A_DAY = 12
    for number in range(15):
        browser.agent = f"{CHROME} {number}"
        browser.open("/")
    found = DailyViews.objects.get()
    assert (found.views, found.readers) == (12, 5)
    assert figures("not_counted") == {"rate": 3}


def test_a_flood_is_over_the_rate(browser, settings):
    settings.SEEN_A_MINUTE = 3
    for path in ("/", "/prices/", "/about/", "/newsletter/", "/archive/"):
        browser.open(path)
    assert sum(views().values()) == 3
    assert figures("not_counted") == {"rate": 2}


def test_when_a_day_is_over_nothing_leads_to_anybody(browser, noon):
    from advertising.measurement import reach

    browser.open("/")
    browser.network = "198.51.100.2"
    browser.open("/prices/")
    browser.open("/")
    noon.shift(timedelta(days=1, hours=12))
    reach.settle_days.call()
    assert not PageReader.objects.exists()
    assert not DailySalt.objects.exists()
    settled = DailyVisitors.objects.get()
    assert (settled.visitors, settled.views) == (2, 3)
    assert DailyViews.objects.count() == 2


def test_what_is_kept_for_a_while_is_forgotten_then(browser, noon):
    browser.open("/")
    noon.shift(timedelta(hours=3))
    retention.forget_old.call()
    assert not SeenKey.objects.exists()
    assert not RecentViews.objects.exists()
    assert HourlyViews.objects.exists()
    noon.shift(timedelta(days=31))
    retention.forget_old.call()
    assert not HourlyViews.objects.exists()
    assert DailyViews.objects.get().views == 1


def test_no_address_and_no_browser_is_stored(browser):
    browser.open(
        "/", r="https://mail.example/?who=dee@mail.example", q="utm_source=dee@mail.example"
    )
    stored = str(
        [
            list(model.objects.values())
            for model in (PageReader, SeenKey, DailyViews, DailySource, RecentViews)
        ]
    )
    stored += str([figures(kind) for kind in ("host", "campaign", "device", "searched")])
    for secret in (browser.network, "Chrome", "dee"):
        assert secret not in stored


# --- Reading --------------------------------------------------------------------------------------


def test_reading_is_added_to_a_view_that_counts(browser):
    key = browser.open("/")
    browser.tell("/", key, n=0, s=30, d=1)
    browser.tell("/", key, n=0, s=30, d=1)  # The same again.
    browser.tell("/", key, n=1, s=9_999, d=2)
    browser.tell("/", "never-opened", n=0, s=50, d=3)
    found = DailyViews.objects.get()
    assert (found.seconds, found.measured, found.half, found.whole) == (630, 1, 1, 1)


def test_reading_of_what_does_not_count_does_not_either(browser, settings):
    settings.VIEWS_OF_A_PAGE_A_DAY = 1
    browser.open("/")
    key = browser.open("/")
    browser.tell("/", key, n=0, s=30, d=3)
    browser.agent = ROBOT
    robot = browser.open("/")
    browser.tell("/", robot, n=0, s=30, d=3)
    assert DailyViews.objects.get().seconds == 0


def test_who_follows_a_link_first_is_measured_all_the_same(browser):
    key = browser.open("/")
    browser.tell("/", key, n=0, o="https://bank.example")
    browser.tell("/", key, n=0, s=30, d=3)
    found = DailyViews.objects.get()
    assert (found.seconds, found.measured, found.whole) == (30, 1, 1)
    assert figures("outbound") == {"bank.example": 1}


def test_where_readers_go_is_counted_by_site(browser):
    key = browser.open("/")
    browser.tell("/", key, n=0, o="https://www.bank.example")
    browser.tell("/", key, n=1, o="https://bank.example/x?y=z")
    assert figures("outbound") == {"bank.example": 2}


# --- Words that strangers make up -----------------------------------------------------------------


def test_searches_are_counted_by_whether_they_found_anything(browser):
    PublishedArticleFactory(title="Nine banks agree")
    browser.open("/search/?q=Banks")
    browser.open("/search/?q=nowhere+to+be+found")
    browser.open("/search/?q=dee@mail.example")
    assert figures("searched") == {"banks": 1}
    assert figures("not_found") == {"nowhere to be found": 1}


def test_invented_words_do_not_grow_without_end(browser, monkeypatch):
    monkeypatch.setattr(batch, "MOST_WORDS", 3)
    for number in range(6):
        browser.open("/", r=f"https://site{number}.example/")
    browser.open("/", r="https://site0.example/")
    assert figures("host") == {
        "site0.example": 2, "site1.example": 1, "site2.example": 1, "(the rest)": 3,
    }  # fmt: skip


# --- What goes wrong ------------------------------------------------------------------------------


def test_what_cannot_be_stored_now_is_stored_with_what_comes_next(db, monkeypatch):
    buffer = EventBuffer()
    real = batch.store

    def fail(events: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(batch, "store", fail)
    monkeypatch.setattr("audience.counting.buffer.connections.close_all", lambda: None)
    buffer.add(View("key-number-1", PageAddress("/"), timezone.now()))
    assert views() == {}
    monkeypatch.setattr(batch, "store", real)
    buffer.add(View("key-number-2", PageAddress("/"), timezone.now()))
    assert views() == {"/": 2}


def test_one_that_no_database_takes_holds_up_no_other(db, monkeypatch):
    buffer = EventBuffer()
    real = batch.store

    def store(events: Any) -> None:
        if any(event.key == "key-of-evil" for event in events):
            raise DataError("A string cannot contain NUL.")
        real(events)

    monkeypatch.setattr(batch, "store", store)
    for key in ("key-number-1", "key-of-evil", "key-number-2"):
        buffer._events.append(View(key, PageAddress("/"), timezone.now()))
    buffer.flush()
    assert views() == {"/": 2}
    assert buffer._events == []


@pytest.mark.parametrize("host", ["a\x00b.example", "a\ud800b.example", "<b>", "a b.example"])
def test_what_is_no_name_of_a_site_is_not_stored(browser, host):
    from audience.sources import host_of

    assert host_of(f"https://{host}/") == ""


def test_an_address_of_nothing_that_cannot_be_written_is_not_counted(browser):
    assert browser.signed("/%00/") == ""


def test_a_story_deleted_meanwhile_stops_nothing(browser):
    story = PublishedArticleFactory()
    path = story.get_absolute_url()
    signed = page_address.sign(PageAddress(path, story.pk))
    story.delete()
    browser.post("/views/", {"p": signed, "k": "late-key-1"})
    browser.open("/")
    assert views() == {path: 1, "/": 1}


@pytest.mark.django_db(transaction=True)
def test_several_processes_add_up_and_count_nothing_twice(client):
    """Each thread is a process of its own: the same views come to all of them."""
    now = timezone.now()
    events = [
        View(
            f"key-number-{n}", PageAddress(f"/page-{n % 5}/"), now, person=f"p{n % 7}", network="n"
        )
        for n in range(60)
    ]

    def run() -> None:
        for event in events:
            batch.store([event])
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(views().values()) == 60
    assert figures("not_counted") == {"replayed": 120}


def test_a_batch_costs_the_same_queries_however_many_it_holds(db, django_assert_max_num_queries):
    now = timezone.now()

    def some(number: int, start: int) -> list[View]:
        return [
            View(f"key-{start + n:06}", PageAddress(f"/{n % 3}/"), now, person=f"{n}", network="n")
            for n in range(number)
        ]

    batch.store(some(3, 0))
    with django_assert_max_num_queries(12):
        batch.store(some(60, 100))


def test_a_day_begins_at_midnight_of_utc(browser):
    with time_machine.travel(datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC), tick=False):
        browser.open("/")
    with time_machine.travel(datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC), tick=False):
        browser.open("/")
    assert [(each.day.day, each.readers) for each in DailyViews.objects.order_by("day")] == [
        (22, 1), (23, 1),
    ]  # fmt: skip


def test_other_browsers_are_the_same_reader_only_in_their_network(client, db):
    for network, agent in (("198.51.100.1", CHROME), ("198.51.100.1", f"{CHROME} X")):
        Browser(client, agent, network).open("/")
    assert DailyViews.objects.get().readers == 2
