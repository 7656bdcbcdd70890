"""The cache shared by several machines. While it does not answer, each process has its own."""

import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

MOST_ENTRIES = 100_000
LEFT_ALONE_FOR = 5.0  # seconds after Redis failed: nobody waits for it again and again


def _or_local(name: str) -> Callable[..., Any]:
    def ask(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
        return self.ask(name, args, kwargs)

    return ask


class ForgivingRedisCache(RedisCache):
    """Redis, or the memory of this process while Redis does not answer.

    Limits, such as those of log-ins, are then counted by each process for itself, and not given up.
    """

    left_alone_until = 0.0  # of all its instances: each thread has one

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.server = server
        # Django’s 300 entries would forget who was counted.
        local = params | {"OPTIONS": {"MAX_ENTRIES": MOST_ENTRIES}}
        self.local = LocMemCache(f"{server} {params.get('KEY_PREFIX', '')}", local)

    def ask(self, name: str, args: Any, kwargs: Any) -> Any:
        if time.monotonic() >= ForgivingRedisCache.left_alone_until:
            try:
                return getattr(super(), name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                ForgivingRedisCache.left_alone_until = time.monotonic() + LEFT_ALONE_FOR
                logger.warning("Redis does not answer", extra={"reason": str(error)[:200]})
        return getattr(self.local, name)(*args, **kwargs)

    add = _or_local("add")
    get = _or_local("get")
    set = _or_local("set")
    touch = _or_local("touch")
    delete = _or_local("delete")
    get_many = _or_local("get_many")
    has_key = _or_local("has_key")
    incr = _or_local("incr")
    set_many = _or_local("set_many")
    delete_many = _or_local("delete_many")

    def clear(self) -> None:
        """Our own keys alone: others may keep something in the same Redis."""
        self.local.clear()
        try:
            with redis.Redis.from_url(self.server) as client:
                for key in client.scan_iter(f"{self.key_prefix}:*", count=1_000):
                    client.delete(key)
        except (RedisError, OSError) as error:
            logger.warning("Redis does not answer", extra={"reason": str(error)[:200]})
