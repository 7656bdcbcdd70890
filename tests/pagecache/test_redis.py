"""Kept pages in a real Redis: found by the next process, and no reader harmed when it is killed."""

import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache

from ..factories import PublishedArticleFactory
from .conftest import Reader

SERVER = shutil.which("redis-server")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        SERVER is None, reason="No redis-server. On Debian: apt install redis-server"
    ),
]


@pytest.fixture
def redis_server(tmp_path, settings) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis that listens on a socket in the test’s folder."""
    socket = tmp_path / "redis"
    process = subprocess.Popen(
        [SERVER, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    settings.REDIS_URL = f"unix://{socket}"
    yield process
    process.kill()
    process.wait()


def test_the_next_process_finds_the_page(redis_server, open_front):
    address = PublishedArticleFactory().get_absolute_url()
    made = Reader(open_front()).get(address)
    other = Reader(open_front())
    assert other.get(address) == made
    assert (other.front.counts.renders, other.front.counts.shelf_hits) == (0, 1)


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
    assert other.front.shelf.left_alone_until > started


def test_killed_people_can_still_sign_in(redis_server, settings, client):
    """The counter of attempts to sign in lives in the cache."""
    settings.CACHES = {
        "default": {"BACKEND": "newsroom.cache.ForgivingRedisCache", "LOCATION": settings.REDIS_URL}
    }
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
    assert answers == [7, {}, True, 1, False]
    assert (cache.touch("a"), cache.delete("a"), cache.clear()) == (False, False, False)
