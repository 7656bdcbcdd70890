"""
The real server's answers to raw bytes, with our worker and with gunicorn's plain one, which must
not differ.

Our worker answers kept pages by a short way and leaves all else to gunicorn.
"""

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from .conftest import ROOT, Site, free_port, not_on_the_second_database, wait_for

pytestmark = [pytest.mark.xdist_group("journeys"), not_on_the_second_database]
STORY = "/policy/nine-banks-agree-when-a-payment-is-over/"


class Line:
    """A connection on which bytes are sent as they are, to the site’s own port or another server of
    it.
    """

    is_fast = True

    def __init__(self, site: Site, port: int = 0) -> None:
        self.host = site.url.removeprefix("http://")
        name, own_port = self.host.split(":")
        self.socket = socket.create_connection((name, port or int(own_port)), timeout=10)
        self.rest = b""

    def send(self, *parts: bytes, pause: float = 0.0) -> None:
        for part in parts:
            self.socket.sendall(part)
            time.sleep(pause)

    def request(
        self, path: str = STORY, *fields: str, method: str = "GET", version: str = "HTTP/1.1"
    ) -> bytes:
        lines = [f"{method} {path} {version}", f"Host: {self.host}", *fields, "", ""]
        return "\r\n".join(lines).encode()

    def answer(self, has_body: bool = True) -> tuple[int, dict[str, str], bytes]:
        while b"\r\n\r\n" not in self.rest:
            self._read()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        fields = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        length = int(fields.get("content-length", 0)) if has_body else 0
        while len(self.rest) < length:
            self._read()
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(status.split()[1]), fields, body

    def _read(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"closed after {self.rest[:200]!r}")
        self.rest += data

    def is_closed(self) -> bool:
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


@pytest.fixture(scope="module")
def plain_port(site: Site) -> Iterator[int]:
    """A server of the same site whose worker has stepped aside."""
    with another_server(site, worker_class="asgi") as port:
        yield port


@pytest.fixture(params=["fast", "plain"])
def line(request: pytest.FixtureRequest, site: Site) -> Line:
    """A connection that has been used once, so that gunicorn waits for the next request on it."""
    opened = (
        Line(site) if request.param == "fast" else Line(site, request.getfixturevalue("plain_port"))
    )
    opened.is_fast = request.param == "fast"
    opened.send(opened.request())
    assert opened.answer()[0] == 200
    time.sleep(0.05)
    return opened


def ask(line: Line, *args: str, **options: str) -> tuple[int, dict[str, str], bytes]:
    line.send(line.request(*args, **options))
    return line.answer(has_body=options.get("method") != "HEAD")


# A field that the short way leaves to gunicorn, and that changes nothing in the answer.
THE_LONG_WAY = "Range: bytes=0-10"


def differing(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
    status, fields, body = answer
    return (
        status,
        {name: value for name, value in fields.items() if name not in ("date", "server", "age")},
        body,
    )


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("Accept-Encoding: gzip",),
        ("Accept-Encoding: gzip, deflate, br",),
        ("Cookie: theme=dark",),
        ("If-None-Match: *",),
        ('If-None-Match: "nothing"',),
        ("If-Modified-Since: Tue, 24 Nov 2026 00:00:00 GMT",),
    ],
)
def test_both_ways_answer_the_same(line, fields):
    short = differing(ask(line, STORY, *fields))
    long = differing(ask(line, STORY, *fields, THE_LONG_WAY))
    assert short == long
    assert short[1]["x-cache"] == "HIT"


def test_the_short_way_is_taken_by_our_worker_alone(line):
    """gunicorn names itself; our short way does not."""
    if not line.is_fast:
        assert "server" in ask(line)[1]
        return
    assert "server" not in ask(line)[1]
    assert "server" in ask(line, STORY, THE_LONG_WAY)[1]
    time.sleep(0.05)
    assert "server" not in ask(line)[1]


def test_a_reader_who_has_the_page_gets_no_body(line):
    _, fields, _ = ask(line)
    status, again, body = ask(line, STORY, f"If-None-Match: {fields['etag']}")
    assert (status, body) == (304, b"")
    assert again["etag"] == fields["etag"]
    assert "content-length" not in again
    assert ask(line, STORY, f"If-Modified-Since: {fields['last-modified']}")[0] == 304


def test_static_files_are_whitenoises(line):
    """Compressed once, when they were built."""
    style = re.search(rb'href="?(/static/[^" >]+site[^" >]+css)', ask(line)[2])[1].decode()
    status, fields, body = ask(line, style, "Accept-Encoding: br")
    assert (status, fields["content-encoding"]) == (200, "br")
    assert "immutable" in fields["cache-control"]
    assert len(body) < 20_000


def test_head_has_the_same_fields_and_no_body(line):
    _, fields, _ = ask(line)
    status, head, _ = ask(line, STORY, method="HEAD")
    assert status == 200
    assert head["content-length"] == fields["content-length"]
    assert ask(line)[0] == 200


def test_what_caches_are_told(line):
    _, fields, _ = ask(line)
    assert fields["vary"] == "Accept-Encoding"
    assert "set-cookie" not in fields
    for part in (
        "public",
        "max-age=0",
        "s-maxage=1",
        "stale-while-revalidate=",
        "stale-if-error=86400",
    ):
        assert part in fields["cache-control"]
    assert "article:" in fields["surrogate-key"]
    _, personal, _ = ask(line, STORY, "Cookie: sessionid=abc")
    assert personal["x-cache"] == "BYPASS"
    assert personal["cache-control"] == "private, no-store"
    _, search, _ = ask(line, "/search/?q=clause")
    assert search["cache-control"] == "private, no-store"


def test_pipelined_requests_are_answered_in_order(line):
    line.send(line.request() + line.request("/about/") + line.request("/livez") + line.request())
    bodies = [line.answer()[2] for _ in range(4)]
    assert b"Nine clearing banks" in bodies[0]
    assert b"About" in bodies[1]
    assert bodies[2] == b"ok\n"
    assert bodies[3] == bodies[0]


def test_a_request_in_two_pieces_is_one_request(line):
    whole = line.request("/livez")
    for cut in (1, 5, 20, len(whole) - 2):
        line.send(whole[:cut], whole[cut:], pause=0.05)
        assert line.answer()[2] == b"ok\n"


def test_what_looks_like_a_request_inside_another_is_not_one(line):
    """Half a request, and then bytes that would be a whole one by themselves."""
    line.send(
        b"POST /newsletter/ HTTP/1.1\r\nHost: " + line.host.encode() + b"\r\nX-Rest: ", pause=0.05
    )
    line.send(line.request(), pause=0.05)
    status, _, _ = line.answer()
    assert status in (200, 400, 403, 405)
    line.socket.settimeout(0.5)
    with pytest.raises((TimeoutError, ConnectionError)):
        line.answer()


@pytest.mark.parametrize("body", [b"email=a", b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_a_body_behind_a_get_is_not_another_request(line, body):
    line.send(line.request(STORY, f"Content-Length: {len(body)}"), body, pause=0.05)
    assert line.answer()[0] == 200
    # The line may be closed, because nobody read the body. What it held is never answered.
    line.socket.settimeout(0.5)
    with pytest.raises((TimeoutError, ConnectionError)):
        line.answer()


@pytest.mark.parametrize(
    "harm",
    [
        b"GET " + STORY.encode() + b" HTTP/1.1\nHost: a\n\n",
        b"GET " + STORY.encode() + b" HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET " + STORY.encode() + b" HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
        b"GET " + STORY.encode() + b" HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
        b"GET " + STORY.encode() + b" HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET " + STORY.encode() + b" HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET  " + STORY.encode() + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"G\0T / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET " + STORY.encode() + b" HTTP/1.1\r\nAccept: */*\r\n\r\n",  # no Host
        b"GET http://evil.example" + STORY.encode() + b" HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    ],
)
def test_broken_requests_are_refused(line, harm):
    line.send(harm)
    assert 400 <= line.answer()[0] < 600
    assert b"Nine clearing" not in line.rest


def test_an_absolute_target_is_the_same_page(line):
    line.send(line.request(f"http://{line.host}{STORY}"))
    assert line.answer()[2] == ask(line)[2]


def test_slow_heads_and_bodies_hold_up_nobody(line, site):
    """A head that comes a letter at a time, and a body that never comes to its end."""
    dawdling, waiting = Line(site), Line(site)
    waiting.send(
        waiting.request("/comments/preview/", "Content-Length: 1000", method="POST"), b"comment="
    )
    for letter in line.request()[:20]:
        dawdling.send(bytes([letter]))
        assert ask(line)[0] == 200


def test_large_bodies_on_a_used_connection_are_read_whole(line):
    """The next request on it is answered, whatever became of the body before."""
    body = b"comment=" + b"a" * 100_000
    fields = (f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded")
    for _ in range(5):
        line.send(line.request("/comments/preview/", *fields, method="POST"), body)
        assert line.answer()[0] in (200, 400, 404)
        assert ask(line, "/livez")[2] == b"ok\n"


def test_a_very_long_head_is_answered_or_refused(line):
    status, _, _ = ask(line, STORY, *(f"X-{number}: {'y' * 200}" for number in range(60)))
    assert status in (200, 431)


def test_a_reader_who_wants_the_line_closed_gets_that(line):
    assert ask(line, STORY, "Connection: close")[0] == 200
    assert line.is_closed()


def test_nobody_talks_by_websocket_here(line):
    fields = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    status, _, _ = ask(line, "/", *fields, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
    assert status == 403


def test_old_http_is_answered(line):
    assert ask(line, STORY, version="HTTP/1.0")[0] == 200
    assert line.is_closed()


def test_odd_spellings_of_an_address_are_the_same_page(line):
    plain = ask(line)[2]
    assert ask(line, STORY + "?utm_source=a&fbclid=b")[2] == plain
    assert ask(line, STORY.replace("n", "%6e", 1))[2] == plain
    assert ask(line, STORY + "?")[2] == plain


def test_idle_lines_are_closed_and_busy_ones_are_not(site):
    """The timer that closes idle lines runs for lines that only ever saw hits, too, and from the
    last of them.
    """
    with another_server(site, "--keep-alive", str(KEEP_ALIVE)) as port:
        ask(Line(site, port))
        line = Line(site, port)
        for _ in range(5):
            status, fields, _ = ask(line)
            assert (status, fields["x-cache"]) == (200, "HIT")
            time.sleep(0.8)
        last = time.monotonic()
        assert line.is_closed()
        assert time.monotonic() - last > 0.5


@pytest.mark.parametrize("beginning", [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b"])
def test_a_head_that_never_ends_does_not_hold_a_line(site, beginning):
    with another_server(site, "--keep-alive", str(KEEP_ALIVE)) as port:
        line = Line(site, port)
        line.send(beginning)
        assert line.is_closed()  # Before the test loses its patience; no other limit is as near.


KEEP_ALIVE = 2  # seconds


@contextlib.contextmanager
def another_server(
    site: Site, *options: str, worker_class: str = "fast_worker.worker.FastWorker"
) -> Iterator[int]:
    """Another server of the same site. Yields its port."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "newsroom.asgi:application",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    command += ["--worker-class", worker_class, "--http-parser", "python"]
    command += ["--no-control-socket", "--log-level", "error", *options]
    process = subprocess.Popen(command, cwd=ROOT, env=site.environment)
    try:
        wait_for(lambda: listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(20)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
