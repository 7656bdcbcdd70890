"""
Rate limits by network: counted in the memory of each process, by windows of time, and never written
down.

Lives here because comments, advertising and the newsletter all know articles.
"""

import threading
import time
from collections.abc import Callable

MOST_NETWORKS = 100_000

_all: list["RateLimiter | NonceCache"] = []


class RateLimited(Exception):
    """More was done from one network than one reader does."""


class RateLimiter:
    """So many in each stretch of so many seconds; 0 is no limit."""

    def __init__(self, most: int | Callable[[], int], seconds: int = 60) -> None:
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()
        self._stretch = 0
        self._counts: dict[str, int] = {}
        _all.append(self)

    def is_over(self, network: str, number: int = 1) -> bool:
        """Count so many more of a network; say whether that is more than readers do."""
        most = self._most() if callable(self._most) else self._most
        if not most:
            return False
        stretch = int(time.time() // self._seconds)
        with self._lock:
            if stretch != self._stretch or len(self._counts) > MOST_NETWORKS:
                self._stretch, self._counts = stretch, {}
            self._counts[network] = self._counts.get(network, 0) + number
            return self._counts[network] > most

    def slow_down(self, network: str) -> None:
        """Raises RateLimited."""
        if self.is_over(network):
            raise RateLimited

    def forget(self) -> None:
        with self._lock:
            self._counts = {}


class NonceCache:
    """Remembers what was used, for as long as it could be used again."""

    def __init__(self, seconds: float, most: int = 200_000) -> None:
        self._seconds = seconds
        self._most = most
        self._lock = threading.Lock()
        self._used: dict[str, float] = {}
        _all.append(self)

    def use(self, name: str) -> bool:
        """True the first time."""
        now = time.time()
        with self._lock:
            if name in self._used:
                return False
            self._make_room(now)
            self._used[name] = now
            return True

    def _make_room(self, now: float) -> None:
        """The oldest stand first. Where too many are of use still, the oldest of them goes."""
        while self._used:
            oldest = next(iter(self._used))
            if self._used[oldest] > now - self._seconds and len(self._used) < self._most:
                return
            del self._used[oldest]

    def forget(self) -> None:
        with self._lock:
            self._used = {}


def reset_all() -> None:
    """Begin as a new process does: for tests."""
    for each in _all:
        each.forget()
