"""The stores in which pages outlive their process: a new one starts warm, is told no old news, and losing it all
costs time only.
"""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pagecache.stores import files

from ..factories import (
    PublishedArticleFactory,
)
from .conftest import Reader

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_process_finds_what_the_last_one_made(reader, front, open_front):
    address = PublishedArticleFactory().get_absolute_url()
    front.watcher.poll()
    made = reader.get(address)
    other = Reader(open_front())
    assert other.get(address) == made
    assert (other.front.counts.renders, other.front.counts.store_hits) == (0, 1)
    other.get(address)
    assert other.state == "HIT"


def test_a_new_process_is_not_told_yesterdays_news(reader, open_front):
    article = PublishedArticleFactory(title="Before")
    reader.get(article.get_absolute_url())
    article.title = "After"
    article.save()
    other = Reader(open_front())
    assert "After" in other.text(article.get_absolute_url())
    assert other.front.counts.store_hits == 0


def test_pages_of_other_code_are_not_shown(reader, open_front, monkeypatch):
    address = PublishedArticleFactory().get_absolute_url()
    reader.get(address)
    monkeypatch.setattr(files, "release", lambda: "another")
    other = Reader(open_front())
    other.get(address)
    assert other.front.counts.renders == 1


def test_a_robot_fills_no_disk(reader, front, settings):
    """Pages of addresses that it invents are written until the folder holds what it may, and then
    no more.
    """
    settings.PAGE_CACHE_MB, settings.PAGE_FILES_PER_MEMORY = 1, 0.1
    page = reader.get("/")
    for number in range(30):
        front.store.put(f"/invented/{number}/", page)
    held = sum(path.stat().st_size for path in front.store.root.rglob("*") if path.is_file())
    assert 50_000 < held <= 100_000
    front.store._tidied_at -= files.TIDIED_EVERY + 1
    front.store.put("/later/", page)
    assert front.store.get("/later/") is not None


@pytest.mark.parametrize("harm", ["empty", "folder", "file", "damage"])
def test_losing_the_files_costs_time_only(reader, open_front, tmp_path, harm):
    address = PublishedArticleFactory().get_absolute_url()
    assert reader.get(address).status == 200
    folder = tmp_path / "pages"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    if harm == "empty":
        shutil.rmtree(folder)
    elif harm == "folder":
        for path in files:
            path.unlink()
            path.mkdir()
    elif harm == "file":
        shutil.rmtree(folder)
        folder.write_text("not a folder")
    else:
        for path in files:
            path.write_bytes(path.read_bytes()[:100])
    other = Reader(open_front())
    assert other.get(address).status == 200
    assert reader.get(address).status == 200


def test_two_processes_make_a_page_once(open_front):
    """Each front is a process of its own as far as the lock between them knows."""
    address = PublishedArticleFactory().get_absolute_url()
    readers = [Reader(open_front()) for _ in range(3)]
    barrier = threading.Barrier(3)

    def ask(reader):
        barrier.wait()
        return reader.get(address)

    with ThreadPoolExecutor(3) as pool:
        assert len({page.digest for page in pool.map(ask, readers)}) == 1
    assert sum(reader.front.counts.renders for reader in readers) == 1
