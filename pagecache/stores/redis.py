"""Pages in Redis, for all machines."""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import redis

from pagecache.cached_page import CachedPage
from pagecache.stores.base import CHANGES_KEPT_FOR, LIFETIME, release

logger = logging.getLogger(__name__)

PAGE, CHANGE, NEWEST = "page:", "page-change:", "newest-page-change"
LEFT_ALONE_FOR = 5.0  # seconds after Redis failed
TIMEOUT = 0.5  # seconds that a reader waits for Redis


class RedisStore:
    def __init__(self, url: str) -> None:
        self.client: Any = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
        )
        self.prefix = f"{PAGE}{release()}:"
        self.left_alone_until = 0.0

    def get(self, address: str) -> CachedPage | None:
        data = self._ask(lambda redis: redis.get(self.prefix + address))
        try:
            return CachedPage.from_bytes(data) if data else None
        except ValueError:
            return None

    def put(self, address: str, page: CachedPage) -> None:
        # Longer than it is fresh: while the database is away it is shown all the same.
        self._ask(lambda redis: redis.set(self.prefix + address, page.to_bytes(), ex=LIFETIME))

    def note_changes(self, changes: Mapping[str, int]) -> None:
        newest = max(changes.values(), default=0)

        def note(redis: Any) -> None:
            pipeline = redis.pipeline(transaction=False)
            for key, number in changes.items():
                pipeline.set(CHANGE + key, number, ex=CHANGES_KEPT_FOR)
            if newest > int(redis.get(NEWEST) or 0):
                pipeline.set(NEWEST, newest, ex=CHANGES_KEPT_FOR)
            pipeline.execute()

        self._ask(note)

    def has_changed(self, since: int, keys: Collection[str]) -> bool:
        numbers = self._ask(lambda redis: redis.mget([CHANGE + key for key in keys]))
        return numbers is None or any(int(number or 0) > since for number in numbers)

    def newest_change(self) -> int:
        return int(self._ask(lambda redis: redis.get(NEWEST)) or 0)

    def clear(self) -> None:
        def clear(redis: Any) -> None:
            for pattern in (PAGE + "*", CHANGE + "*", NEWEST):
                for key in redis.scan_iter(pattern, count=1000):
                    redis.delete(key)

        self._ask(clear)

    def _ask(self, question: Callable[[Any], Any]) -> Any:
        """None when Redis does not answer; it is then left alone for a while, so that nobody waits
        for it again.
        """
        if time.monotonic() < self.left_alone_until:
            return None
        try:
            return question(self.client)
        except (redis.RedisError, OSError) as error:
            self.left_alone_until = time.monotonic() + LEFT_ALONE_FOR
            logger.warning("Redis does not answer", extra={"reason": str(error)[:200]})
            return None
