"""The page store breaks while readers read: it costs time, and no reader sees an error."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from .conftest import (
    Site,
    not_on_the_second_database,
    own_database,
    running_site,
    serving,
    wait_for,
)
from .test_freshness import FIND, Elsewhere
from .test_nginx import LONGEST_WAIT, behind_nginx, needs_nginx
from .test_processes import is_healthy

REDIS = shutil.which("redis-server")
STORY = "/policy/nine-banks-agree-when-a-payment-is-over/"
MISSING = [f"/nothing-{number}/" for number in range(60)]
PAGES = [
    "/",
    STORY,
    "/markets/",
    "/policy/",
    "/technology/",
    "/prices/",
    "/prices/bitcoin/",
    "/about/",
    *MISSING,
]
SMALL_MEMORY = {
    "WEB_WORKERS": "2",
    "PAGE_CACHE_MB": "1",
}  # Not all pages fit, so others are looked for elsewhere.
only_postgresql = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"),
    reason="A file does not go away by itself.",
)
pytestmark = [pytest.mark.drill, pytest.mark.xdist_group("journeys")]


def ask(site: Site, path: str) -> tuple[int, str]:
    """The status and where the page came from."""
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, answer.headers.get("X-Cache", "")


@contextlib.contextmanager
def readers(site: Site) -> Iterator[list[tuple[str, int]]]:
    """Four readers who go through all pages until the end; the list gets every answer that was not
    the right one.
    """
    wrong: list[tuple[str, int]] = []
    asked = [0]
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            for path in PAGES:
                status, _ = ask(site, path)
                asked[0] += 1
                if status != (404 if path in MISSING else 200):
                    wrong.append((path, status))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield wrong
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert asked[0] > 100


@not_on_the_second_database
def test_the_folder_of_kept_pages_is_deleted_under_load(tmp_path):
    with running_site(tmp_path / "site", **SMALL_MEMORY) as site, readers(site) as wrong:
        folder = site.data / "pages"
        for _ in range(6):
            wait_for(folder.is_dir)
            time.sleep(0.3)
            shutil.rmtree(folder, ignore_errors=True)
    assert wrong == []


@not_on_the_second_database
@pytest.mark.skipif(
    REDIS is None and os.environ.get("CI") != "true",
    reason="No Redis. On Debian: apt install redis-server",
)
def test_redis_is_killed_under_load(tmp_path):
    socket = tmp_path / "redis"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)]
    redis = subprocess.Popen([REDIS, *options], stdout=subprocess.DEVNULL)
    try:
        wait_for(socket.exists)
        with running_site(tmp_path / "site", REDIS_URL=f"unix://{socket}", **SMALL_MEMORY) as site:
            with readers(site) as wrong:
                time.sleep(2)
                redis.kill()
                time.sleep(3)
            assert wrong == []
    finally:
        redis.kill()
        redis.wait()


@only_postgresql
def test_kept_pages_are_served_while_the_database_is_away_and_are_fresh_when_it_is_back(tmp_path):
    with own_database("newsroom_faults") as url, running_site(tmp_path / "site", url) as site:
        for path in PAGES:
            ask(site, path)
        with away(url):
            wait_for(lambda: ask(site, STORY) == (200, "STALE"))
            assert ask(site, "/") == (200, "STALE")
            assert ask(site, MISSING[0]) == (404, "STALE")
            assert ask(site, "/policy/never-asked-for/")[0] == 503
            assert [ask(site, path)[0] for path in ("/livez", "/readyz", "/healthz")] == [
                200,
                200,
                503,
            ]
        wait_for(lambda: ask(site, STORY)[1] in ("HIT", "MISS"))
        assert ask(site, "/policy/never-asked-for/")[0] == 404


@only_postgresql
def test_an_outage_of_the_database_ends_no_part_and_all_work_again_after_it(tmp_path):
    with own_database("newsroom_outage") as url, running_site(tmp_path / "site", url) as site:
        wait_for(lambda: is_healthy(site), 60)
        with away(url):
            wait_for(lambda: ask(site, "/healthz")[0] == 503)
            time.sleep(15)  # Each part has tried several times.
            assert site.process.poll() is None
            assert ask(site, "/livez") == (200, "MISS")
        wait_for(lambda: is_healthy(site), 90)
        assert "Everything stops" not in (site.data / "log").read_text()


@only_postgresql
def test_a_start_without_the_database_shows_what_is_kept_and_prepares_when_it_is_back(tmp_path):
    folder = tmp_path / "site"
    with own_database("newsroom_start") as url:
        with running_site(folder, url) as site:
            assert ask(site, STORY)[0] == 200
        with contextlib.ExitStack() as outage:
            outage.enter_context(away(url))
            with serving(folder, url, port=urlsplit(site.url).port) as site:
                wait_for(lambda: ask(site, STORY) == (200, "STALE"))
                assert ask(site, "/policy/never-asked-for/")[0] == 503
                outage.close()
                wait_for(lambda: is_healthy(site), 90)
                assert ask(site, "/policy/never-asked-for/")[0] == 404


@needs_nginx
@only_postgresql
def test_what_was_withdrawn_does_not_come_back_from_nginx_while_the_database_is_away(
    tmp_path_factory,
):
    with behind_nginx(tmp_path_factory.mktemp("nginx")) as front:
        assert front.ask(STORY)[0].status == 200
        elsewhere = Elsewhere(front.site)
        elsewhere.do(FIND + "publishing.withdraw(first, by=None)")
        elsewhere.stop()
        time.sleep(LONGEST_WAIT)
        with away(front.site.environment["DATABASE_URL"]):
            wait_for(lambda: front.ask("/healthz")[0].status == 503)
            assert [front.ask(STORY)[0].status for _ in range(3)] == [503] * 3


@contextlib.contextmanager
def away(url: str) -> Iterator[None]:
    """The database takes no connections and has ended those it had."""
    import psycopg

    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    server = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@not_on_the_second_database
def test_readers_who_leave_large_files_unread_hold_up_nobody(tmp_path):
    with running_site(tmp_path / "site") as site:
        (site.data / "media" / "large.webp").write_bytes(os.urandom(12_000_000))
        host, port = site.url.removeprefix("http://").split(":")
        readers = []
        for _ in range(10):
            reader = socket.socket()
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            reader.connect((host, int(port)))
            reader.sendall(
                f"GET /media/large.webp HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
            )
            readers.append(reader)
        time.sleep(1)
        for reader in readers:
            reader.close()
        assert answers_soon(site, "/livez")
        # The server gives whoever has gone three seconds.
        wait_for(lambda: answers_soon(site, "/search/?q=bank"), 20)


def answers_soon(site: Site, path: str) -> bool:
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
