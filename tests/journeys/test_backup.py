"""A backup of a running site, put back into an empty place on another address, reads the same."""

import contextlib
import re
import threading
from collections.abc import Iterator

import pytest

from .conftest import Site, empty_database, manage, own_database, running_site, serving
from .test_faults import ask

pytestmark = [pytest.mark.xdist_group("journeys")]
STORY = "/policy/nine-banks-agree-when-a-payment-is-over/"


def done(environment: dict[str, str], *command: str) -> str:
    """The output of a command that must succeed."""
    ended = manage(environment, *command)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_backup_of_a_running_site_is_put_back_elsewhere(tmp_path):
    backup = str(tmp_path / "backup.tar.gz")
    with own_database("newsroom_backup") as url, running_site(tmp_path / "site", url) as site:
        with reading(site):
            assert "read again and whole" in done(site.environment, "backup", backup)
        story = site.get(STORY)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with empty_database("newsroom_restored") as url:
        environment = site.environment | {"DATA_DIR": str(elsewhere)}
        environment |= {"DATABASE_URL": url} if url else {}
        said = done(environment, "restore", backup)
        assert "every table has as many rows as the backup counted" in said
        assert int(re.search(r"(\d+) +\d+  articles_article\n", said)[1]) > 50
        with serving(elsewhere, url) as restored:
            assert title(restored.get(STORY)) == title(story)
            picture = re.search(r"/media/[^\s\"]+\.(?:webp|avif|jpg)", restored.get(STORY))[0]
            assert ask(restored, picture)[0] == 200


def title(page: str) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1]


@contextlib.contextmanager
def reading(site: Site) -> Iterator[None]:
    """Somebody reads and searches meanwhile."""
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            for path in ("/", STORY, "/search/?q=bank"):
                assert ask(site, path)[0] == 200

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
