"""
Rate limits by network, in windows of time.

They are counted in the cache that all web processes share: Redis, where it is set. Without it each
process counts for itself. A network is written down as a keyed digest, and only for one window.
"""

import time
from collections.abc import Callable

from django.core.cache import caches
from django.utils.crypto import salted_hmac

CACHE = "limits"


class RateLimited(Exception):
    """More was done from one network than one reader does."""


class RateLimiter:
    """So many in each window of so many seconds; 0 is no limit. The name is its own."""

    def __init__(self, name: str, most: int | Callable[[], int], seconds: int = 60) -> None:
        self._name = name
        self._most = most
        self._seconds = seconds

    def is_over(self, network: str, number: int = 1) -> bool:
        """Count so many more of a network; say whether that is more than readers do."""
        most = self._most() if callable(self._most) else self._most
        return bool(most) and self._count(network, number) > most

    def check(self, network: str) -> None:
        """Count one more. Raises RateLimited."""
        if self.is_over(network):
            raise RateLimited

    def _count(self, network: str, number: int) -> int:
        window = int(time.time() // self._seconds)
        digest = salted_hmac("core.ratelimit", network).hexdigest()
        key = f"{self._name}:{window}:{digest}"
        caches[CACHE].add(key, 0, timeout=self._seconds)
        try:
            return int(caches[CACHE].incr(key, number))
        except ValueError:  # It was evicted in between.
            return number


def use_once(nonce: str, seconds: float) -> bool:
    """True the first time. It is remembered for as long as it could be used again."""
    return bool(caches[CACHE].add(f"nonce:{nonce}", True, timeout=seconds))
