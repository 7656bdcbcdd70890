"""The front as an ASGI server sees it."""

import asyncio
import gzip
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings

from pagecache import asgi, request_body
from pagecache.invalidation import InvalidationListener
from pagecache.page_cache import MAKERS

from ..factories import PublishedArticleFactory
from .conftest import HOST, _closing

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """Asks an adapter and returns status, fields and body."""

    def __init__(self, adapter, ask):
        self.adapter, self.ask = adapter, ask

    def __call__(self, path, method="GET", query="", **fields):
        return self.ask(
            path,
            method,
            query,
            {name.replace("_", "-").lower(): value for name, value in fields.items()},
        )


def asgi_server(application):
    adapter = asgi.CachedApplication(_closing(application))

    async def talk(path, method, query, fields):
        headers = [
            (b"host", HOST.encode()),
            *((name.encode(), value.encode()) for name, value in fields.items()),
        ]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 5000),
        }
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        await adapter(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return (
            sent[0]["status"],
            {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]},
            body,
        )

    def ask(*args):
        # In a thread of its own: the browser’s driver may run a loop in this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(talk(*args))).result(30)

    return Server(adapter, ask)


@pytest.fixture
def server(application, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    server = asgi_server(application)
    server.adapter.front.watcher.poll()
    # Its own thread would read the database while the test empties it.
    server.adapter.front.start = lambda: None
    yield server
    server.adapter.front.stop()


@pytest.fixture
def story():
    return PublishedArticleFactory().get_absolute_url()


def test_a_miss_then_a_hit(server, story):
    status, fields, body = server(story)
    assert (status, fields["x-cache"]) == (200, "MISS")
    again = server(story)
    assert again[1]["x-cache"] == "HIT"
    assert again[2] == body
    assert int(again[1]["content-length"]) == len(body)


def test_compressed_for_who_takes_it(server, story):
    plain = server(story)[2]
    _, fields, body = server(story, accept_encoding="gzip")
    assert fields["content-encoding"] == "gzip"
    assert gzip.decompress(body) == plain
    assert server(story, accept_encoding="gzip, br")[1]["content-encoding"] == "br"


def test_head_and_not_modified(server, story):
    _, fields, body = server(story)
    status, head, nothing = server(story, "HEAD")
    assert (status, nothing, head["content-length"]) == (200, b"", str(len(body)))
    status, again, nothing = server(story, if_none_match=fields["etag"])
    assert (status, nothing, again["etag"]) == (304, b"", fields["etag"])
    assert "content-length" not in again
    assert server(story, if_modified_since=fields["last-modified"])[0] == 304


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/accounts/login/", {}),
        ("/search/", {"query": "q=a"}),
        ("/", {"cookie": f"{django_settings.SESSION_COOKIE_NAME}=a"}),
        ("/newsletter/", {"method": "POST"}),
    ],
)
def test_everything_else_is_djangos(server, path, options):
    status, fields, _ = server(path, **options)
    assert status in (200, 400)
    assert fields["x-cache"] == "BYPASS"
    assert server.adapter.front.counts.bypasses == 1


def test_what_is_not_there(server):
    for state in ("MISS", "HIT"):
        status, fields, _ = server("/nothing/at/all/")
        assert (status, fields["x-cache"]) == (404, state)


def test_a_cookie_in_two_lines_is_one_cookie():
    fields = asgi.fields_of(
        [(b"cookie", b"a=1"), (b"cookie", b"sessionid=2"), (b"accept", b"x"), (b"accept", b"y")]
    )
    assert fields == {b"cookie": b"a=1; sessionid=2", b"accept": b"x, y"}


def scope_of(path, query=b""):
    host = [(b"host", HOST.encode())]
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query,
        "scheme": "http",
        "headers": host,
    }


def test_a_reader_who_leaves_takes_nothing_from_those_who_wait_for_the_same_page(
    settings, tmp_path
):
    """All makers are busy, so the page that they wait for has not been begun yet."""
    settings.DATA_DIR = tmp_path
    gate = threading.Event()

    def django(environ, start_response):
        if environ["PATH_INFO"].startswith("/slow"):
            gate.wait(20)
        start_response("404 Not Found", [("Content-Type", "text/html")])
        return [b"x"]

    adapter = asgi.CachedApplication(django)
    adapter.front.watcher.poll()

    async def ask(path):
        sent = []

        async def send(message):
            sent.append(message)

        await adapter(scope_of(path), None, send)
        return sent[0]["status"]

    async def everybody():
        slow = [asyncio.create_task(ask(f"/slow-{number}/")) for number in range(MAKERS)]
        await asyncio.sleep(0.2)
        leaves, *stay = [asyncio.create_task(ask("/wanted/")) for _ in range(4)]
        await asyncio.sleep(0.2)
        leaves.cancel()
        await asyncio.sleep(0.1)
        gate.set()
        return await asyncio.gather(*stay, *slow)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: asyncio.run(everybody())).result(30) == [404] * (3 + MAKERS)
    adapter.front.stop()


def test_raw_letters_in_a_query_are_read(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    seen = []

    def django(environ, start_response):
        seen.append(environ["QUERY_STRING"])
        start_response("200 OK", [])
        return [b""]

    async def ask():
        async def send(message):
            pass

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = scope_of("/search/", "q=café%20x&a=b+c".encode()) | {
            "http_version": "1.1",
            "root_path": "",
        }
        await asgi.CachedApplication(django)(scope, receive, send)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(ask())).result(30)
    assert seen == ["q=caf%C3%A9%20x&a=b+c"]


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_signs_of_life_ask_nobody(server, monkeypatch, path):
    """Whatever the threads wait for."""
    monkeypatch.setattr(server.adapter, "django", None)
    monkeypatch.setattr(InvalidationListener, "is_running", True)
    assert server(path)[0::2] == (200, b"ok\n")


def test_a_process_that_stops_is_alive_and_not_ready(server):
    server.adapter.is_stopping = True
    assert server("/livez")[0] == 200
    assert server("/readyz")[0::2] == (503, b"This process is stopping.\n")


def test_a_process_that_follows_no_changes_is_not_ready(server):
    assert server("/readyz")[0] == 503


def test_while_the_database_is_away_nothing_waits_for_it(server, story, monkeypatch):
    assert server(story)[0] == 200
    monkeypatch.setattr(InvalidationListener, "is_away", True)
    monkeypatch.setattr(InvalidationListener, "is_blind", True)
    with monkeypatch.context() as nobody:
        nobody.setattr(server.adapter, "django", None)
        for path, method in (("/search/", "GET"), ("/newsletter/", "POST")):
            status, fields, body = server(path, method)
            assert (status, fields["retry-after"]) == (503, "5")
            assert b"Back in a moment" in body
        status, _, body = server("/healthz")
        assert (status, json.loads(body)["reasons"]) == (503, ["The database does not answer."])
    assert server(story)[1]["x-cache"] == "STALE"
    assert server("/static/newsroom/none.css")[0] == 404


def test_a_slow_body_holds_no_thread(server, monkeypatch):
    monkeypatch.setattr(request_body, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(server.adapter, "django", None)

    async def never():
        await asyncio.sleep(60)

    sent = run(lambda: _answer(server.adapter, never))
    assert sent[0]["status"] == 408


def test_whoever_leaves_within_a_body_costs_nothing(server, monkeypatch):
    monkeypatch.setattr(server.adapter, "django", None)

    async def gone():
        return {"type": "http.disconnect"}

    assert run(lambda: _answer(server.adapter, gone)) == []


async def _answer(adapter, receive):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/newsletter/",
        "raw_path": b"/newsletter/",
        "query_string": b"",
        "headers": [(b"host", HOST.encode())],
    }
    await adapter(scope, receive, send)
    return sent


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_000, 3_000_000])
def test_a_body_is_repeated_as_it_came(size):
    body = os.urandom(size)
    pieces = [body[start : start + 50_000] for start in range(0, size, 50_000)] or [b""]

    async def talk():
        messages = iter(
            {"type": "http.request", "body": piece, "more_body": number < len(pieces) - 1}
            for number, piece in enumerate(pieces)
        )

        async def receive():
            return next(messages)

        again, read, has_more = await request_body.taken_whole(receive, 12_000_000), b"", True
        while has_more:
            message = await again()
            read, has_more = read + message["body"], message["more_body"]
        return read

    assert run(talk) == body


def run(talk):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(talk())).result(30)


def test_of_a_body_that_is_too_large_only_the_beginning_is_taken():
    taken = 0

    async def talk():
        async def receive():
            nonlocal taken
            taken += 1000
            return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

        await request_body.taken_whole(receive, 5000)

    run(talk)
    assert taken == 6000
