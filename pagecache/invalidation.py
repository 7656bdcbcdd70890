"""
Telling every web process what changed, within a second, and losing nothing.

A change is a row, written in the transaction of what changed: it is there if and only if that is,
whatever is killed when. (Of an object saved outside of any transaction it is the next statement.)
Each process reads the new rows several times a second.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from django.db import DatabaseError, connection, connections
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_tasks import task

from pagecache.cdn import purging
from pagecache.models import Invalidation
from pagecache.tags import EVERYTHING

logger = logging.getLogger(__name__)

POLL_EVERY = 0.2  # seconds
KEPT_FOR = timedelta(days=2)  # pages kept in files or Redis live for a day at most
# PostgreSQL gives out numbers before it commits: a lower one may appear after a higher one, this
# much later at most.
GAP_LIFETIME = 600.0  # seconds
MOST_GAPS = 10_000
GAPS_AT_ONCE = 500
BEGINS_BELOW = 1_000  # changes that a new process looks at for gaps
SILENT_AFTER = 5.0  # seconds without an answer: a database that hangs is one that is away
MOST_REMEMBERED = 50_000


def invalidate(*keys: str) -> None:
    """The pages that carry one of `keys` are out of date once the current transaction commits."""
    wanted = sorted(set(keys))
    if not wanted:
        return
    Invalidation.objects.bulk_create([Invalidation(key=key[:120]) for key in wanted])
    purging.purge_later(wanted)


def invalidated_since(number: int, keys: Collection[str]) -> bool:
    """Return whether one of `keys` was invalidated after the change of that number."""
    return Invalidation.objects.filter(key__in=[*keys, EVERYTHING], id__gt=number).exists()


@task()
def prune_log() -> int:
    """Delete what every process has read long ago and no kept page is older than, or what a newer
    change says as well.

    So a page that asks for the newest changes of what it shares looks at few rows, however much is
    said and published.
    """
    now = timezone.now()
    newer = Invalidation.objects.filter(key=OuterRef("key"), id__gt=OuterRef("id"))
    is_repeated = Q(at__lt=now - 2 * timedelta(seconds=GAP_LIFETIME)) & Exists(newer)
    return Invalidation.objects.filter(Q(at__lt=now - KEPT_FOR) | is_repeated).delete()[0]


_listening: "InvalidationListener | None" = None


def current_listener() -> "InvalidationListener | None":
    """Return the listener of this process; None in one that serves no pages, such as a command."""
    return _listening


class InvalidationListener:
    """Reads changes as they are committed and hands their keys to `apply`. One a process, in a
    thread of its own.
    """

    def __init__(
        self,
        apply: Callable[[Collection[str]], object],
        after_poll: Callable[[], object],
        note_changes: Callable[[Mapping[str, int]], object] = lambda changes: None,
        begin_at: Callable[[int], object] = lambda newest: None,
    ) -> None:
        """`note_changes` is told the newest number of each key that changed, and `begin_at` the
        newest of all whenever the log is read from its end.
        """
        self._apply = apply
        self._after_poll = after_poll
        self._note_changes = note_changes
        self._begin_at = begin_at
        self._lock = threading.Lock()
        self._last = -1  # nothing read yet
        self._gaps: dict[int, float] = {}
        self._recent: OrderedDict[str, int] = OrderedDict()
        self._moment = 0
        self._forgotten = 0
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._polled_at = time.monotonic()
        self._is_blind = True
        self._has_failed = False

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_away(self) -> bool:
        """True while the database was asked and did not answer."""
        return self._has_failed or self._is_silent

    @property
    def _is_silent(self) -> bool:
        return self._thread is not None and time.monotonic() - self._polled_at > SILENT_AFTER

    @property
    def is_blind(self) -> bool:
        """True while the database cannot be asked, or does not answer: what is kept may then be out
        of date.
        """
        return self._is_blind or self._is_silent

    # --- The thread -------------------------------------------------------------------

    def start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="page changes", daemon=True)
                self._thread.start()
        global _listening
        _listening = self

    def stop(self) -> None:
        global _listening
        _listening = None
        self._stopped.set()
        if self._thread:
            self._thread.join(5)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                self.poll()
                self._after_poll()
                self._stopped.wait(POLL_EVERY)
        finally:
            connections.close_all()

    def poll(self) -> None:
        """Read what is new. Never raises: without the database the process goes on, blind."""
        try:
            if self._is_blind:
                self._wake_up()
            self._read()
            self._polled_at = time.monotonic()
            self._has_failed = False
        except DatabaseError as error:
            if not self._has_failed:
                logger.warning("page changes cannot be read", extra={"reason": str(error)[:200]})
            self._lose_sight()
        except Exception:
            logger.exception("page changes cannot be read")
            self._lose_sight()

    def _lose_sight(self) -> None:
        self._is_blind = self._has_failed = True
        connection.close()

    def _wake_up(self) -> None:
        """Begin at the newest change; after a long blindness nothing that is kept can be
        trusted.
        """
        if self._last < 0:
            self._begin()
            # A page that was begun before may lack a change that we shall never be told of.
            self._note([EVERYTHING])
        elif self._last and not Invalidation.objects.filter(id=self._last).exists():
            # Rows that we had not read may have been forgotten since, or the database is an older
            # one.
            self._begin()
            self._note([EVERYTHING])
        self._is_blind = False

    def _begin(self) -> None:
        """Begin at the newest change. What is missing just below it may be on its way still."""
        newest = Invalidation.objects.order_by("-id").values_list("id", flat=True)
        self._last = newest.first() or 0
        self._begin_at(self._last)
        self._gaps = {}
        numbers = list(
            newest.filter(at__gte=timezone.now() - timedelta(seconds=GAP_LIFETIME))[:BEGINS_BELOW]
        )
        if numbers and connection.vendor == "postgresql":
            now, seen = time.monotonic(), set(numbers)
            self._gaps = {
                number: now for number in range(numbers[-1], numbers[0]) if number not in seen
            }

    def _read(self) -> None:
        now = time.monotonic()
        rows = list(
            Invalidation.objects.filter(id__gt=self._last).order_by("id").values_list("id", "key")
        )
        gaps = list(self._gaps)
        for start in range(0, len(gaps), GAPS_AT_ONCE):
            batch = gaps[start : start + GAPS_AT_ONCE]
            rows += Invalidation.objects.filter(id__in=batch).values_list("id", "key")
        if rows:
            self._count(rows, now)
            self._note({key for _, key in rows})
            self._note_changes({key: number for number, key in sorted(rows)})
        self._gaps = {
            number: since for number, since in self._gaps.items() if now - since < GAP_LIFETIME
        }

    def _count(self, rows: list[tuple[int, str]], now: float) -> None:
        seen = {number for number, _ in rows}
        newest = max(seen)
        self._gaps |= {number: now for number in self._missing_below(newest) if number not in seen}
        self._gaps = {number: since for number, since in self._gaps.items() if number not in seen}
        self._last = max(self._last, newest)

    def _missing_below(self, newest: int) -> range:
        """Numbers up to `newest` that may be on their way still."""
        if self._last:
            return range(max(self._last + 1, newest - MOST_GAPS), newest)
        # We began when there was no change at all, so whichever number comes first tells little.
        return (
            range(max(1, newest - BEGINS_BELOW), newest)
            if connection.vendor == "postgresql"
            else range(0)
        )

    def _note(self, keys: Collection[str]) -> None:
        with self._lock:
            self._moment += 1
            for key in keys:
                self._recent[key] = self._moment
                self._recent.move_to_end(key)
            while len(self._recent) > MOST_REMEMBERED:
                self._forgotten = self._recent.popitem(last=False)[1]
        self._apply(keys)

    # --- What whoever makes a page asks ------------------------------------------------------

    def mark(self) -> tuple[int, int]:
        """Before a page is made: where we are in our own order, and the number up to which all
        changes are known.
        """
        with self._lock:
            return self._moment, min([self._last + 1, *self._gaps]) - 1

    def changed_after(self, moment: int, keys: Collection[str]) -> bool:
        """Return whether what a page was made of changed while it was made."""
        with self._lock:
            if moment < self._forgotten:
                return True
            return any(self._recent.get(key, 0) > moment for key in (*keys, EVERYTHING))
