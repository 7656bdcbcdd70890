"""The pages that one process holds: bounded, purged by key, and not emptied by a robot."""

import pytest

from pagecache import cached_page
from pagecache.stores.memory import MemoryStore

LIMIT = 1_000_000


def a_page(size: int = 3000, keys: tuple[str, ...] = ()) -> cached_page.CachedPage:
    body = b"x" * size
    return cached_page.make_cached_page(200, [("Content-Type", "image/webp")], body, keys=keys)


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore(LIMIT)


def held(memory: MemoryStore) -> int:
    return sum(memory.get(address).size for address in list(memory._pages))


def test_a_hundred_thousand_addresses_stay_within_the_limit(memory):
    for number in range(100_000):
        memory.put(f"/{number}/", a_page(100, keys=("stories", f"article:{number}")))
    assert held(memory) == memory.bytes <= LIMIT
    assert len(memory) == len(memory._trial) + len(memory._proven) < 1000
    assert len(memory._by_key) == len(memory) + 1


def test_what_is_asked_for_again_outlives_a_robots_walk(memory):
    memory.put("/", a_page())
    memory.touch("/")
    for number in range(10_000):
        memory.put(f"/{number}/", a_page())
    assert memory.get("/") is not None
    assert memory.get("/1/") is None


def test_the_least_wanted_goes_first(memory):
    for number in range(1000):
        memory.put(f"/{number}/", a_page())
        memory.touch(f"/{number}/")
        memory.touch("/0/")
    assert memory.get("/0/") is not None
    assert memory.get("/1/") is None
    assert memory.bytes <= LIMIT


def test_only_pages_with_the_key_are_purged(memory):
    memory.put("/a/", a_page(keys=("article:1", "stories")))
    memory.put("/b/", a_page(keys=("article:2",)))
    assert memory.purge(["article:1", "unknown"]) == 1
    assert memory.get("/a/").is_purged
    assert not memory.get("/b/").is_purged
    assert memory.purge(["stories"]) == 0
    assert memory.purge(["everything"]) == 1


def test_a_page_made_anew_is_found_by_its_new_keys(memory):
    memory.put("/a/", a_page(keys=("article:1",)))
    memory.put("/a/", a_page(keys=("article:2",)))
    assert memory.purge(["article:1"]) == 0
    assert memory.purge(["article:2"]) == 1


def test_a_page_larger_than_a_quarter_of_all_is_not_held(memory):
    memory.put("/a/", a_page(LIMIT // 3))
    assert memory.get("/a/") is None
    assert memory.bytes == 0
