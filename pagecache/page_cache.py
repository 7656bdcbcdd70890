"""
The front: answers with a kept page, or has it made, once, however many ask.

It stands before Django. A page is made from its address alone, without the cookies, the language or
anything else of whoever asked first, so nothing of theirs can be in it.
"""

import logging
import threading
import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from pagecache import invalidation, metrics, rules
from pagecache.cached_page import STALE_IF_ERROR, CachedPage, make_cached_page
from pagecache.render import WSGIApplication, render
from pagecache.render import renewed as renew
from pagecache.stores import persistent_store
from pagecache.stores.base import Store
from pagecache.stores.memory import MemoryStore
from pagecache.stores.one_process import only_process
from pagecache.tags import EVERYTHING

# Threads: a page is made by one processor, and waits for the database now and then. As many make
# pages that were here
# before as make others, so that nobody holds up the front page by asking for a thousand addresses
# that are none.
MAKERS = 3
MOST_WAITING = 200  # addresses that nobody asked for before; about six seconds of work
MOST_TRIES = 3  # at a page whose content changes while it is made
LEFT_ALONE_FOR = 2.0  # seconds after a page failed and an older one was shown instead
MOST_FAILURES = 1000
MOST_NOTED = 1000  # keys of one poll: writing down more would keep it from the next

logger = logging.getLogger(__name__)

HIT, STALE, MISS = "HIT", "STALE", "MISS"
TOO_MANY = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    b"<title>Too many at once</title><h1>Too many readers at once</h1><p>Please try again in a few seconds.</p></html>"
)


class PageCache:
    def __init__(self, application: WSGIApplication) -> None:
        self.application = application
        self.is_on = settings.PAGE_CACHE_MB > 0
        # Read once: each look into the settings costs a good part of a hit.
        self.needs_tls = settings.SECURE_SSL_REDIRECT
        self.trusts_proxy = settings.BEHIND_PROXY
        self.is_behind_caches = bool(settings.CDN or settings.BEHIND_PROXY)
        self.memory = MemoryStore(settings.PAGE_CACHE_MB * 1_000_000)
        self.counts = metrics.CacheCounts()
        self.watcher = invalidation.InvalidationListener(
            self.purge, self._write_counts, self._note_changes, self._begin_at
        )
        self._flights: dict[str, Future[CachedPage]] = {}
        self._new: set[str] = set()  # those of them that were never here before
        self._lock = threading.Lock()
        self._makers = ThreadPoolExecutor(MAKERS, "page maker")
        self._remakers = ThreadPoolExecutor(MAKERS, "page remaker")
        self._failed_at: dict[str, float] = {}

    @cached_property
    def store(self) -> Store:
        return persistent_store()

    def start(self) -> None:
        """Begin to listen for changes: in the process that serves, not in its parent."""
        if self.is_on:
            self.watcher.start()

    def stop(self) -> None:
        self.watcher.stop()
        for pool in (self._makers, self._remakers):
            pool.shutdown(wait=False, cancel_futures=True)

    def purge(self, keys: Collection[str]) -> None:
        self.counts.purges += self.memory.purge(keys)

    def _note_changes(self, changes: Mapping[str, int]) -> None:
        if len(changes) > MOST_NOTED:
            changes = {EVERYTHING: max(changes.values())}
        self.store.note_changes(changes)

    def _begin_at(self, newest: int) -> None:
        """An older database was put back: pages that were made of the newer one are not true."""
        if self.store.newest_change() > newest:
            self.store.clear()

    def _write_counts(self) -> None:
        self.counts.pages, self.counts.bytes = len(self.memory), self.memory.bytes
        metrics.write(settings.DATA_DIR / "counts", self.counts)

    # --- Finding ----------------------------------------------------------------------------

    def address(
        self, path: str, query: str, host: str, cookies: str, is_secure: bool
    ) -> str | None:
        """Return the key of the page that a GET or HEAD asks for, or None if the request must
        bypass the cache.
        """
        if not self.is_on or (cookies and rules.is_personal(cookies)):
            return None
        if not rules.is_ours(host) or (self.needs_tls and not is_secure):
            return None
        return rules.address_of(path, query)

    def find(self, address: str) -> tuple[CachedPage, str] | None:
        """The page held in memory and how to call the answer, or None if it must be made first."""
        page = self.memory.get(address)
        if page is None or page.is_purged:
            return None
        now = time.time()
        if self._is_troubled(address, now):
            # Nobody can say what changed, or make it anew. What is held is better than nothing, and
            # marked.
            if now > page.changes_at + STALE_IF_ERROR:
                return None
            self.counts.stale += 1
            return page, STALE
        if now < page.refresh_at:
            self.counts.hits += 1
            self.memory.touch(address)
            return page, HIT
        if now < page.changes_at:
            self.counts.stale += 1
            self.make(address)
            return page, STALE
        return None

    def _is_troubled(self, address: str, now: float) -> bool:
        return self.watcher.is_blind or (
            bool(self._failed_at) and now - self._failed_at.get(address, 0.0) < LEFT_ALONE_FOR
        )

    # --- Making -----------------------------------------------------------------------------

    def make(self, address: str) -> "Future[CachedPage]":
        """Have the page made, unless that is under way: a thousand readers of a cold page cause one
        rendering.
        """
        held = self.memory.get(address)
        is_known = (
            held is not None and held.status < 400
        )  # What is kept of an invention is one still.
        with self._lock:
            flight = self._flights.get(address)
            if flight is not None:
                self.counts.waits += 1
                return flight
            if not is_known and len(self._new) >= MOST_WAITING:
                return _too_many()
            flight = (self._remakers if is_known else self._makers).submit(self._make, address)
            self._flights[address] = flight
            if not is_known:
                self._new.add(address)
        flight.add_done_callback(lambda _: self._land(address))
        return flight

    def _land(self, address: str) -> None:
        with self._lock:
            self._flights.pop(address, None)
            self._new.discard(address)

    def _make(self, address: str) -> CachedPage:
        if renewed := self._renewed(address):
            return renewed
        earlier = self.memory.get(address)
        if taken := self._from_store(address):
            return taken
        with only_process(address) as waited:
            if waited and (taken := self._from_store(address)):
                return taken
            page = self._render_until_settled(address, earlier)
        if page.status >= 500:
            return self._instead_of_failure(address, page)
        self._failed_at.pop(address, None)
        return page

    def _renewed(self, address: str) -> CachedPage | None:
        """Return the page that is held with new parts, if nothing else in it is over or has changed."""
        moment, _ = self.watcher.mark()
        earlier = self.memory.get(address)
        if earlier is None or not earlier.can_be_renewed(time.time()) or self.watcher.is_blind:
            return None
        try:
            page = renew(earlier).successor(earlier)
        except Exception:
            # Made anew, it is told as a failure of any page is.
            logger.exception("new prices cannot be put into a page")
            connections.close_all()
            return None
        finally:
            close_old_connections()  # As at the end of a request: there was none.
        if not page.is_true(time.time()):
            return None
        self.memory.put(address, page)
        if self.watcher.changed_after(moment, page.keys):
            # A change that was noted before the page was put there could not purge it.
            self.memory.discard(address)
            return None
        self.counts.renewals += 1
        return page

    def _from_store(self, address: str) -> CachedPage | None:
        """Return the page that another process, or the one before us, made, if nothing in it
        changed since.
        """
        moment, _ = self.watcher.mark()
        page = self._stored(address)
        if page is None:
            return None
        if self.watcher.is_away:
            return self._unverified(address, page)
        is_over = time.time() >= page.refresh_at
        if is_over and not page.can_be_renewed(time.time()):
            return None
        try:
            if invalidation.invalidated_since(page.as_of, page.keys):
                return None
            if is_over:
                page = renew(page)
        except DatabaseError:
            connections.close_all()
            return self._unverified(address, page)
        self.counts.store_hits += 1
        self.memory.put(address, page)
        if self.watcher.changed_after(moment, page.keys):
            # A change that was noted before the page was put there could not purge it.
            self.memory.discard(address)
            return None
        return page

    def _stored(self, address: str) -> CachedPage | None:
        page, earlier = self.store.get(address), self.memory.get(address)
        if page and earlier and earlier.is_purged and page.made_at <= earlier.made_at:
            # We know already that it is out of date, whether or not the database can be asked.
            return None
        return page

    def _unverified(self, address: str, page: CachedPage) -> CachedPage | None:
        """Return a stored page while the database cannot be asked, unless it is too old, or a change
        of what is in it was noted.
        """
        now = time.time()
        if now > page.changes_at + STALE_IF_ERROR or self.store.has_changed(
            page.as_of, [*page.keys, EVERYTHING]
        ):
            return None
        self.counts.store_hits += 1
        unverified = page.unverified(now)
        self.memory.put(address, unverified)
        return unverified

    def _render_until_settled(self, address: str, earlier: CachedPage | None) -> CachedPage:
        """Render, and again if something in the page changed meanwhile: nobody gets the old page
        from now on.
        """
        for _ in range(MOST_TRIES):
            moment, as_of = self.watcher.mark()
            self.counts.renders += 1
            page = render(self.application, address, as_of).successor(earlier)
            if not page.is_true(time.time()) or self.watcher.is_blind:
                return page
            self.memory.put(address, page)
            if not self.watcher.changed_after(moment, page.keys):
                if page.status == 200:
                    self.store.put(address, page)
                return page
            # A change that was noted before the page was put there could not purge it.
            self.memory.discard(address)
        return page

    def _instead_of_failure(self, address: str, failure: CachedPage) -> CachedPage:
        """An older page rather than none, if all that is wrong with it is its age."""
        earlier = self.memory.get(address)  # It may have been purged while we tried.
        if earlier is None and (stored := self._stored(address)):
            earlier = self._unverified(address, stored)
        if (
            earlier is None
            or earlier.is_purged
            or time.time() > earlier.changes_at + STALE_IF_ERROR
        ):
            return failure
        if len(self._failed_at) > MOST_FAILURES:
            self._failed_at.clear()
        self._failed_at[address] = time.time()
        return earlier.unverified(time.time())


def _too_many() -> "Future[CachedPage]":
    """Rather than a queue without an end, in which whoever comes last waits for all who left long
    ago.
    """
    fields = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Retry-After", "5"),
    ]
    answered: Future[CachedPage] = Future()
    answered.set_result(make_cached_page(503, fields, TOO_MANY))
    return answered
