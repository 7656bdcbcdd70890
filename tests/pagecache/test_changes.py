"""Changes reach every process: in order or not, whoever is killed, and only if they were
committed.
"""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pagecache import invalidation
from pagecache.invalidation import InvalidationListener
from pagecache.models import Invalidation

pytestmark = pytest.mark.django_db(transaction=True)


class Told(list):
    """Keys in the order in which a watcher handed them on."""

    def __call__(self, keys):
        self.extend(sorted(keys))


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def watcher(told):
    invalidation.invalidate(
        "start"
    )  # What a publication without any change must allow for is another test.
    watcher = InvalidationListener(told, lambda: None)
    watcher.poll()
    told.clear()
    return watcher


def test_a_change_is_told_once(watcher, told):
    invalidation.invalidate("article:1", "stories", "article:1")
    watcher.poll()
    watcher.poll()
    assert told == ["article:1", "stories"]


def test_what_was_before_is_not_told_but_a_page_begun_before_is_not_trusted(told):
    watcher = InvalidationListener(told, lambda: None)
    moment, _ = watcher.mark()
    invalidation.invalidate("article:1")
    watcher.poll()
    assert told == ["everything"]
    assert watcher.changed_after(moment, ["article:1"])
    told.clear()
    invalidation.invalidate("article:2")
    watcher.poll()
    assert told == ["article:2"]


def test_a_change_that_was_rolled_back_never_was(watcher, told):
    with transaction.atomic():
        invalidation.invalidate("article:1")
        transaction.set_rollback(True)
    watcher.poll()
    assert told == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time.")
def test_a_lower_number_that_is_committed_later_is_not_missed(watcher, told):
    """PostgreSQL numbers rows before they are committed."""
    invalidation.invalidate("before")
    watcher.poll()
    written, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            invalidation.invalidate("slow")
            written.set()
            may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(10)
    invalidation.invalidate("quick")
    watcher.poll()
    assert told == ["before", "quick"]
    _, known = watcher.mark()
    assert known < Invalidation.objects.get(key="quick").pk
    may_commit.set()
    thread.join()
    watcher.poll()
    assert told == ["before", "quick", "slow"]
    _, known = watcher.mark()
    assert known == Invalidation.objects.get(key="quick").pk


def test_without_a_database_it_is_blind_and_sees_again(watcher, told, monkeypatch):
    def fail(*args, **kwargs):
        from django.db import OperationalError

        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(Invalidation.objects, "filter", fail)
        watcher.poll()
        assert watcher.is_blind
    invalidation.invalidate("meanwhile")
    watcher.poll()
    assert not watcher.is_blind
    assert told == ["meanwhile"]


def test_after_so_long_a_blindness_that_changes_were_forgotten_everything_goes(watcher, told):
    invalidation.invalidate("article:1")
    watcher.poll()
    watcher._is_blind = True
    Invalidation.objects.all().delete()
    invalidation.invalidate("article:2")
    watcher.poll()
    assert "everything" in told


def test_old_changes_are_forgotten():
    invalidation.invalidate("article:1")
    Invalidation.objects.update(at=timezone.now() - timedelta(days=3))
    invalidation.invalidate("article:2")
    assert invalidation.prune_log.func() == 1
    assert Invalidation.objects.get().key == "article:2"


def test_of_changes_that_everybody_has_read_the_newest_of_a_key_stays(watcher, told):
    for _ in range(3):
        invalidation.invalidate("comments")
    Invalidation.objects.update(at=timezone.now() - timedelta(hours=1))
    for _ in range(2):
        invalidation.invalidate("section:1")
    assert invalidation.prune_log.func() == 2
    kept = Invalidation.objects.order_by("pk").values_list("key", flat=True)
    assert list(kept) == ["start", "comments", "section:1", "section:1"]
    watcher.poll()
    assert set(told) == {"comments", "section:1"}


def test_what_was_forgotten_is_not_waited_for():
    invalidation.invalidate("comments")
    number = Invalidation.objects.get().pk
    Invalidation.objects.create(pk=number + 5_000_000, key="comments")
    Invalidation.objects.filter(pk=number).update(at=timezone.now() - timedelta(hours=1))
    watcher = InvalidationListener(Told(), lambda: None)
    watcher.poll()
    assert watcher.mark()[1] == number + 5_000_000


def test_what_changed_since_a_number():
    invalidation.invalidate("article:1")
    number = Invalidation.objects.get().pk
    assert not invalidation.invalidated_since(number, ["article:1"])
    assert invalidation.invalidated_since(number - 1, ["article:1"])
    invalidation.invalidate("everything")
    assert invalidation.invalidated_since(number, ["article:9"])


def test_what_changed_while_a_page_was_made(watcher):
    moment, _ = watcher.mark()
    invalidation.invalidate("article:1")
    watcher.poll()
    assert watcher.changed_after(moment, ["article:1"])
    assert not watcher.changed_after(moment, ["article:2"])
    later, _ = watcher.mark()
    assert not watcher.changed_after(later, ["article:1"])
