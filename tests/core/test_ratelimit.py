"""Rate limits by network."""

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache

from core.ratelimit import RateLimited, RateLimiter, use_once
from newsroom.cache import ForgivingRedisCache

ONE, OTHER = "192.0.2.0/24", "198.51.100.0/24"


def test_a_network_has_so_many_in_a_window_and_as_many_in_the_next(noon):
    limiter = RateLimiter("test", 2, seconds=60)
    assert [limiter.is_over(ONE) for _ in range(3)] == [False, False, True]
    assert not limiter.is_over(OTHER)
    noon.shift(60)
    assert not limiter.is_over(ONE)


def test_several_may_be_counted_at_once(noon):
    limiter = RateLimiter("test", 10)
    assert not limiter.is_over(ONE, 10)
    assert limiter.is_over(ONE, 1)


def test_each_limiter_counts_for_itself(noon):
    first, second = RateLimiter("first", 1), RateLimiter("second", 1)
    first.check(ONE)
    second.check(ONE)
    with pytest.raises(RateLimited):
        first.check(ONE)


def test_zero_is_no_limit(noon):
    limiter = RateLimiter("test", lambda: 0)
    assert not any(limiter.is_over(ONE) for _ in range(100))


def test_no_address_is_written_down(noon):
    RateLimiter("test", 1).is_over(ONE)
    assert not [key for key in caches["limits"]._cache if "192.0.2" in key]


def test_a_nonce_is_good_once_for_as_long_as_it_could_be_used(noon):
    assert use_once("abc", 60)
    assert not use_once("abc", 60)
    assert use_once("other", 60)
    noon.shift(61)
    assert use_once("abc", 60)


def test_all_processes_count_together_in_redis_and_nobody_is_kept_out_without_it(
    redis_server, settings
):
    settings.CACHES = settings.CACHES | {
        "limits": {
            "BACKEND": "newsroom.cache.ForgivingRedisCache",
            "LOCATION": settings.REDIS_URL,
        }
    }
    limiter = RateLimiter("test", 1)
    assert not limiter.is_over(ONE)
    assert isinstance(caches["limits"], ForgivingRedisCache)
    # As another process sees it: the same key, by a connection of its own.
    [key] = RedisCache(settings.REDIS_URL, {})._cache.get_client().keys("*test*")
    assert b"192.0.2" not in key
    assert RateLimiter("test", 1).is_over(ONE)
    redis_server.kill()
    redis_server.wait()
    assert not limiter.is_over(ONE)
