"""Kept pages in a real Redis: found by the next process, and no reader harmed when it is killed."""

import time

import pytest
from django.core.cache import cache

from newsroom.cache import ForgivingRedisCache

from ..factories import PublishedArticleFactory
from .conftest import Reader

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_next_process_finds_the_page(redis_server, open_front):
    address = PublishedArticleFactory().get_absolute_url()
    made = Reader(open_front()).get(address)
    other = Reader(open_front())
    assert other.get(address) == made
    assert (other.front.counts.renders, other.front.counts.store_hits) == (0, 1)


def test_killed_it_costs_time_only(redis_server, open_front):
    address = PublishedArticleFactory().get_absolute_url()
    reader = Reader(open_front())
    assert reader.get(address).status == 200
    redis_server.kill()
    redis_server.wait()
    started = time.monotonic()
    for _ in range(50):
        assert reader.get(address).status == 200
    other = Reader(open_front())
    for path in (address, "/", "/prices/", "/about/", "/policy/"):
        assert other.get(path).status == 200
    assert other.front.counts.renders == 5
    # It was asked once and then left alone: nobody waits for it again and again.
    assert other.front.store.left_alone_until > started


@pytest.fixture
def shared_cache(redis_server, settings, monkeypatch):
    """The counter of attempts to sign in lives in it."""
    monkeypatch.setattr(ForgivingRedisCache, "left_alone_until", 0.0)
    settings.CACHES = {
        "default": {"BACKEND": "newsroom.cache.ForgivingRedisCache", "LOCATION": settings.REDIS_URL}
    }


def test_killed_it_limits_the_attempts_to_sign_in_all_the_same(redis_server, shared_cache, client):
    redis_server.kill()
    redis_server.wait()
    attempt = {"login": "nobody", "password": "x"}
    pages = [client.post("/accounts/login/", attempt).content.decode() for _ in range(8)]
    assert "Too many failed login attempts" not in pages[0]
    assert "Too many failed login attempts" in pages[-1]


def test_killed_people_can_still_sign_in(redis_server, shared_cache, client):
    assert client.post("/accounts/login/", {"login": "nobody", "password": "x"}).status_code == 200
    cache.set("kept", 1)
    assert cache.get("kept") == 1
    redis_server.kill()
    redis_server.wait()
    assert client.post("/accounts/login/", {"login": "nobody", "password": "x"}).status_code == 200
    cache.set_many({"a": 1, "b": 2})
    cache.delete_many(["a", "b"])
    answers = [
        cache.get("kept", 7),
        cache.get_many(["a"]),
        cache.add("a", 1),
        cache.incr("a"),
        "a" in cache,
    ]
    assert answers == [7, {}, True, 2, True]
    assert (cache.touch("a"), cache.delete("a"), cache.clear()) == (True, True, None)
