"""The front before the real Django: kept once, fresh at once, nothing of a reader’s, and no error
when things break.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from articles.models import Article
from articles.publishing import workflow
from comments.models import SiteComment
from comments.moderation import decisions
from newsroom.models import Publication
from pagecache import page_cache as front_module

from ..factories import (
    DraftArticleFactory,
    PublishedArticleFactory,
    QuoteFactory,
    ScheduledArticleFactory,
    SectionFactory,
    comment_on,
)
from .conftest import Reader

pytestmark = pytest.mark.django_db(transaction=True)


# --- Hits and misses --------------------------------------------------------------------------


def test_a_page_is_made_once(reader, front):
    address = PublishedArticleFactory().get_absolute_url()
    first = reader.get(address)
    assert (reader.state, first.status) == ("MISS", 200)
    again = reader.get(address)
    assert reader.state == "HIT"
    assert again is front.memory.get(address)
    assert front.counts.renders == 1
    assert {"article:1", "schedule", "placement:*"} - again.keys <= {"article:1"}


def test_queries_of_other_sites_do_not_make_another_page(reader, front):
    address = PublishedArticleFactory().get_absolute_url()
    for number in range(50):
        assert reader.get(address, f"utm_source=newsletter&x={number}").status == 200
    assert front.counts.renders == 1
    assert len(front.memory) == 1


def test_what_is_not_there_is_remembered_until_it_is(reader, front):
    article = DraftArticleFactory()
    address = article.get_absolute_url()
    assert reader.get(address).status == 404
    assert reader.get(address).status == 404
    assert (reader.state, front.counts.renders) == ("HIT", 1)
    workflow.publish(article, by=None)
    front.watcher.poll()
    assert reader.get(address).status == 200


def test_a_redirect_is_kept(reader, front):
    article = PublishedArticleFactory()
    for _ in range(2):
        page = reader.get(f"/markets/{article.slug}/")
        assert page.status == 301
        assert dict(page.headers)["Location"] == article.get_absolute_url()
    assert reader.state == "HIT"


@pytest.mark.parametrize("cookies", ["sessionid=1", "a=b; preview=1", "fresh=1"])
def test_a_request_with_a_cookie_of_ours_goes_by(reader, cookies):
    assert reader.get("/", cookies=cookies) is None
    assert reader.get("/", host="evil.example") is None
    assert reader.get("/", cookies="theme=dark").status == 200


def test_a_failure_is_not_kept(open_front, application):
    calls = []

    def fails_first(environ, start_response):
        calls.append(environ)
        if len(calls) == 1:
            start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
            return [b"failed"]
        return application(environ, start_response)

    reader = Reader(open_front(fails_first))
    assert reader.get("/").status == 500
    assert reader.get("/").status == 200


def test_a_hundred_readers_of_a_cold_page_cause_one_rendering(reader, front):
    address = PublishedArticleFactory().get_absolute_url()
    with ThreadPoolExecutor(100) as pool:
        pages = list(pool.map(lambda _: reader.get(address), range(100)))
    assert {page.digest for page in pages} == {pages[0].digest}
    assert front.counts.renders == 1


@pytest.mark.parametrize("were_asked_for_before", [False, True])
def test_addresses_that_are_none_do_not_hold_up_a_page_that_is(
    open_front, application, monkeypatch, were_asked_for_before
):
    """Makers that are all busy with a robot’s inventions, and as many of these waiting as may."""
    monkeypatch.setattr(front_module, "MOST_WAITING", 10)
    go_on = threading.Event()

    def slow(environ, start_response):
        if environ["PATH_INFO"].startswith("/none"):
            go_on.wait(30)
        return application(environ, start_response)

    front = open_front(slow)
    reader = Reader(front)
    article = PublishedArticleFactory(title="Before")
    address = article.get_absolute_url()
    assert "Before" in reader.text(address)
    if were_asked_for_before:
        go_on.set()
        assert {reader.get(f"/none-{number}/").status for number in range(12)} == {404}
        go_on.clear()
        PublishedArticleFactory()  # Any of them could be its address.
        front.watcher.poll()
    waiting = [front.make(f"/none-{number}/") for number in range(12)]
    try:
        refused = [each.result(0) for each in waiting[10:]]
        assert [(page.status, dict(page.headers)["Retry-After"]) for page in refused] == [
            (503, "5")
        ] * 2
        article.title = "After"
        article.save()
        front.watcher.poll()
        assert "After" in reader.text(address)
        assert not any(each.done() for each in waiting[:10])
    finally:
        go_on.set()
    assert {each.result(30).status for each in waiting[:10]} == {404}
    assert reader.get("/none-11/").status == 404


# --- Fresh ------------------------------------------------------------------------------------


def test_a_purge_while_a_page_is_made_never_leaves_the_old_page(open_front, application):
    """The page was read from the database before the change, and finished after it."""
    article = PublishedArticleFactory(title="Before")
    address = article.get_absolute_url()
    front_of = []

    def slow(environ, start_response):
        page = list(application(environ, start_response))
        if b"Before" in page[0]:
            article.title = "After"
            article.save()
            front_of[0].watcher.poll()
        return page

    reader = Reader(open_front(slow))
    front_of.append(reader.front)
    assert "After" in reader.text(address)
    assert "After" in reader.text(address)
    assert reader.front.counts.renders == 2


def test_a_page_that_never_settles_is_answered_and_not_kept(open_front, application):
    article = PublishedArticleFactory()
    front_of = []

    def restless(environ, start_response):
        page = list(application(environ, start_response))
        article.save()
        front_of[0].watcher.poll()
        return page

    reader = Reader(open_front(restless))
    front_of.append(reader.front)
    assert reader.get(article.get_absolute_url()).status == 200
    assert reader.front.counts.renders == 3
    assert reader.front.memory.get(article.get_absolute_url()).is_purged


def test_a_scheduled_story_ends_the_life_of_pages_made_before(reader, front):
    now = timezone.now().replace(hour=10)
    SectionFactory()
    with time_machine.travel(now, tick=False) as clock:
        assert "The next clause" not in reader.text("/")
        ScheduledArticleFactory(title="The next clause", published_at=now + timedelta(seconds=90))
        front.watcher.poll()
        assert "The next clause" not in reader.text("/")
        assert reader.state == "MISS"
        clock.shift(89)
        assert "The next clause" not in reader.text("/")
        assert reader.state == "HIT"
        clock.shift(1)
        assert "The next clause" in reader.text("/")
        assert reader.state == "MISS"


def test_while_a_page_is_made_anew_the_old_one_is_shown(reader, front):
    now = timezone.now().replace(hour=10)
    with time_machine.travel(now, tick=False) as clock:
        first = reader.get("/about/")
        clock.shift(601)
        assert reader.get("/about/") is first
        assert reader.state == "STALE"
        front.make("/about/").result(30)
        assert reader.get("/about/").made_at > first.made_at
        assert reader.state == "HIT"


def test_the_age_of_prices_ends_the_life_of_a_page(reader, front):
    now = timezone.now().replace(hour=10)
    with time_machine.travel(now, tick=False) as clock:
        QuoteFactory()
        assert "Delayed" not in reader.text("/")
        kept = reader.get("/")
        assert kept.refresh_at == pytest.approx(now.timestamp() + 130)
        assert kept.changes_at == pytest.approx(now.timestamp() + 190)
        clock.shift(15 * 60 + 1)
        assert "Delayed" in reader.text("/")


def test_at_midnight_dates_change(reader):
    with time_machine.travel(
        timezone.now().replace(hour=23, minute=59, second=30), tick=False
    ) as clock:
        before = reader.text("/")
        clock.shift(31)
        assert reader.text("/") != before
        assert reader.state == "MISS"


def test_what_is_changed_in_any_way_changes_the_page(reader, front):
    """Through the admin, a function, a command or the shell: what is saved is told."""
    Publication.objects.create(name="Finality")
    article = PublishedArticleFactory()
    address = article.get_absolute_url()
    author, comment = article.authors.get(), comment_on(article)

    def text_after_change():
        front.watcher.poll()
        return reader.text(address)

    assert "1 thought on" in text_after_change()
    decisions.remove(SiteComment.objects.filter(pk=comment.pk))
    assert "1 thought on" not in text_after_change()
    author.name = "Ada Other"
    author.save()
    assert "Ada Other" in text_after_change()
    article.hero.credit = "Photograph: Nobody"
    article.hero.save()
    assert "Photograph: Nobody" in text_after_change()
    Publication.objects.get().delete()
    assert "Finality" not in text_after_change()
    workflow.withdraw(article, by=None)
    front.watcher.poll()
    assert reader.get(address).status == 410


def test_a_draft_that_is_saved_purges_nothing(reader, front):
    draft = DraftArticleFactory()
    front.watcher.poll()
    reader.get("/")
    draft.title = "Another"
    draft.save()
    front.watcher.poll()
    reader.get("/")
    assert reader.state == "HIT"


# --- Without a database --------------------------------------------------------------------------


def test_without_a_database_kept_pages_go_on_and_say_so(open_front, application):
    is_down = threading.Event()

    def down(environ, start_response):
        if is_down.is_set():
            start_response("500 Internal Server Error", [])
            return [b""]
        return application(environ, start_response)

    now = timezone.now().replace(hour=10)
    with time_machine.travel(now, tick=False) as clock:
        reader = Reader(open_front(down))
        address = PublishedArticleFactory().get_absolute_url()
        kept = reader.get(address)
        is_down.set()
        reader.front.watcher._is_blind = True
        clock.shift(3600)
        assert reader.get(address) is kept
        assert reader.state == "STALE"
        assert reader.get("/about/").status == 500
        clock.shift(48 * 3600)
        assert reader.get(address).status == 500


def test_a_page_that_fails_now_is_shown_as_it_was(open_front, application):
    is_broken = threading.Event()

    def broken(environ, start_response):
        if is_broken.is_set():
            raise OperationalError
        return application(environ, start_response)

    def answering(environ, start_response):
        try:
            return broken(environ, start_response)
        except OperationalError:
            start_response("500 Internal Server Error", [])
            return [b""]

    with time_machine.travel(timezone.now().replace(hour=10), tick=False) as clock:
        reader = Reader(open_front(answering))
        address = PublishedArticleFactory().get_absolute_url()
        kept = reader.get(address)
        is_broken.set()
        clock.shift(24 * 3600)
        shown = reader.get(address)
        assert (shown.digest, shown.is_unverified) == (kept.digest, True)
        reader.get(address)
        assert reader.state == "STALE"
        is_broken.clear()
        clock.shift(3)
        assert reader.get(address).made_at > kept.made_at


def test_what_was_withdrawn_while_its_page_failed_is_not_shown_as_it_was(open_front, application):
    fronts = []

    def withdraws_and_fails(environ, start_response):
        if not fronts:
            return application(environ, start_response)
        workflow.withdraw(Article.objects.get(), by=None)
        fronts[0].watcher.poll()
        start_response("500 Internal Server Error", [])
        return [b""]

    with time_machine.travel(timezone.now().replace(hour=10), tick=False) as clock:
        reader = Reader(open_front(withdraws_and_fails))
        address = PublishedArticleFactory().get_absolute_url()
        assert reader.get(address).status == 200
        fronts.append(reader.front)
        clock.shift(24 * 3600)
        assert reader.get(address).status == 500


def test_what_was_withdrawn_does_not_come_back_when_the_database_goes(reader, front):
    article = PublishedArticleFactory()
    address = article.get_absolute_url()
    assert reader.get(address).status == 200
    workflow.withdraw(article, by=None)
    front.watcher.poll()
    front.watcher._is_blind = True
    assert front.find(address) is None
    assert Article.objects.count() == 1
