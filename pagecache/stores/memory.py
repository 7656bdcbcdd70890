"""
The pages that one process holds: found in a microsecond, never more bytes than allowed.

A new page is on trial: it is only kept for long when it is asked for again. So a robot that walks
through a hundred thousand addresses, real or not, pushes out other pages that nobody asked for
twice, and not the front page.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace

from pagecache.cached_page import CachedPage
from pagecache.tags import EVERYTHING

ON_TRIAL = 0.25  # of the bytes


class MemoryStore:
    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._lock = threading.Lock()
        self._pages: dict[str, CachedPage] = {}
        self._trial: OrderedDict[str, int] = OrderedDict()  # address → bytes, the oldest first
        self._proven: OrderedDict[str, int] = OrderedDict()
        self._trial_bytes = 0
        self._by_key: dict[str, set[str]] = {}
        self.purged = 0
        # A hit is one look into this; who was asked for again is noted when there is time.
        self.get = self._pages.get

    def __len__(self) -> int:
        return len(self._pages)

    def touch(self, address: str) -> None:
        """Somebody asked for it again."""
        with self._lock:
            if address in self._proven:
                self._proven.move_to_end(address)
            elif address in self._trial:
                self._trial_bytes -= self._trial[address]
                self._proven[address] = self._trial.pop(address)
                self._make_room()

    def put(self, address: str, page: CachedPage) -> None:
        with self._lock:
            self._drop(address, keep_place=True)
            if page.size > self.most_bytes * ON_TRIAL:
                self._forget_place(address)
                return
            self._pages[address] = page
            for key in page.keys:
                self._by_key.setdefault(key, set()).add(address)
            self.bytes += page.size
            if address in self._proven:
                self._proven[address] = page.size
            else:
                self._trial_bytes += page.size - self._trial.get(address, 0)
                self._trial[address] = page.size
            self._make_room()

    def purge(self, keys: Collection[str]) -> int:
        """Mark every page that carries one of `keys`; return how many were."""
        with self._lock:
            if EVERYTHING in keys:
                addresses = set(self._pages)
            else:
                addresses = set().union(*(self._by_key.get(key, ()) for key in keys))
            count = 0
            for address in addresses:
                page = self._pages.get(address)
                if page is not None and not page.is_purged:
                    self._pages[address] = replace(page, is_purged=True)
                    count += 1
            self.purged += count
            return count

    def discard(self, address: str) -> None:
        """Mark one page, and no other that shares something with it."""
        with self._lock:
            page = self._pages.get(address)
            if page is not None:
                self._pages[address] = replace(page, is_purged=True)

    # --- Under the lock -------------------------------------------------------------------

    def _make_room(self) -> None:
        while self._trial_bytes > self.most_bytes * ON_TRIAL and len(self._trial) > 1:
            self._drop(next(iter(self._trial)))
        while self.bytes > self.most_bytes and (self._proven or self._trial):
            self._drop(next(iter(self._proven or self._trial)))

    def _drop(self, address: str, keep_place: bool = False) -> None:
        page = self._pages.pop(address, None)
        if page is not None:
            self.bytes -= page.size
            for key in page.keys:
                others = self._by_key.get(key)
                if others is not None:
                    others.discard(address)
                    if not others:
                        del self._by_key[key]
        if not keep_place:
            self._forget_place(address)

    def _forget_place(self, address: str) -> None:
        self._trial_bytes -= self._trial.pop(address, 0)
        self._proven.pop(address, None)
