"""gunicorn’s HTTP/1.1 protocol, with kept pages answered as soon as the request is read.

A hit needs no task, no scope and no messages: the bytes of the answer are there. That is what makes
it as fast as a web server’s static file. Only the plainest requests are answered here; whatever is
unusual in the least goes the way of all others, through gunicorn’s parser and the ASGI front, which
answers the same.

Relies on names inside gunicorn’s protocol, which is pinned; tests/pagecache/test_wire.py fails if
an update changes them.
"""

import asyncio
import re
import time
from email.utils import formatdate
from functools import lru_cache

from gunicorn.asgi.protocol import ASGIProtocol

from pagecache.page_cache import HIT, STALE, PageCache

LONGEST_HEAD = 8192  # bytes
LONGEST_REMEMBERED = 300  # bytes of an address
MOST_UNSENT = 262_144  # bytes that a slow reader may leave in our buffer
# One whole request in one piece: a plain target, plain header lines (RFC 9112, section 5), nothing
# after it.
REQUEST = re.compile(
    rb"GET (/[!$&-~]*) HTTP/1\.1\r\n((?:[!#-'*+.0-9A-Z^-z|~-]+:[\t -~]*\r\n)+)\r\n"
)
# Fields that ask for more than a page, or say that more follows.
UNUSUAL = frozenset(
    {
        b"upgrade",
        b"content-length",
        b"transfer-encoding",
        b"expect",
        b"range",
        b"http2-settings",
        b"te",
        b"trailer",
    }
)


class Clock:
    """The Date header, written once a second."""

    def __init__(self) -> None:
        self.second = 0
        self.line = b""

    def date(self) -> bytes:
        now = int(time.time())
        if now != self.second:
            self.second = now
            self.line = f"Date: {formatdate(now, usegmt=True)}\r\n".encode()
        return self.line


clock = Clock()


class PageProtocol(ASGIProtocol):
    """Answers hits from `data_received`. Everything else is gunicorn’s."""

    # The last request whose bytes went to gunicorn’s parser. While it may hold part of one, we stay
    # out of its way.
    _fed_for = 0
    _answered_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """gunicorn waits for the first head of a connection for ever, and for later ones as long as it
        keeps an idle line: now for all.
        """
        super().connection_made(transport)
        self._arm_keepalive_timer()

    def data_received(self, data: bytes) -> None:
        if self._is_between_requests() and self._answer(data):
            return
        super().data_received(data)
        self._fed_for = max(1, self._fed_for, self.req_count)

    def _is_between_requests(self) -> bool:
        """Return whether gunicorn waits for a request, or has not begun to, and its parser holds
        nothing of one.
        """
        is_waiting = self._awaiting_request and self.req_count > self._fed_for
        return is_waiting or (self.req_count == 0 and self._fed_for == 0)

    def _feed_callback_parser(self, data: bytes) -> bool:
        # Called between two requests with what came behind the first: then it belongs to the next.
        self._fed_for = max(
            self._fed_for, self.req_count if self._awaiting_request else self.req_count + 1
        )
        return bool(super()._feed_callback_parser(data))

    def _answer(self, data: bytes) -> bool:
        """Write the answer if it is at hand. False leaves the request as it was."""
        if len(data) > LONGEST_HEAD or not self.worker.alive:
            return False
        request = REQUEST.fullmatch(data)
        if request is None or self.transport.get_write_buffer_size() > MOST_UNSENT:
            return False
        answer = answer_to(self.app.front, request, self._is_ssl)
        if answer is None:
            return False
        self.transport.write(answer)
        self._answered_at = time.monotonic()
        if self._keepalive_handle is None:
            self._arm_keepalive_timer()
        return True

    def _keepalive_timeout(self) -> None:
        """Moving the timer at every hit would cost more than the hit; it looks when it goes off."""
        left = self._answered_at + self._keepalive - time.monotonic()
        if left <= 0:
            super()._keepalive_timeout()
        else:
            self._keepalive_handle = self.worker.loop.call_later(left, self._keepalive_timeout)


def answer_to(front: PageCache, request: re.Match[bytes], is_tls: bool) -> bytes | None:
    """The bytes that answer a request with a page in memory, or None."""
    target, block = request.groups()
    lines = block[:-2].split(b"\r\n")
    fields = {
        name.lower(): value.strip() for name, _, value in [line.partition(b":") for line in lines]
    }
    if len(fields) != len(lines) or not UNUSUAL.isdisjoint(fields):
        return None
    if fields.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return None
    field = fields.get
    address = front.address(
        *parts_of(target),
        host_of(field(b"host", b"")),
        field(b"cookie", b"").decode(),
        field(b"x-forwarded-proto") == b"https" if front.trusts_proxy else is_tls,
    )
    found = front.find(address) if address is not None else None
    if found is None:
        return None
    page, state = found
    encoding = page.best_encoding(field(b"accept-encoding", b"").decode())
    rest = clock.date() + STATES[state]
    if front.is_behind_caches:
        momentary = page.fields_of_the_moment()
        rest += b"".join(
            b"%s: %s\r\n" % (name.encode(), value.encode()) for name, value in momentary
        )
    known, since = field(b"if-none-match", b""), field(b"if-modified-since", b"")
    if (known or since) and page.is_known_by(known.decode(), since.decode()):
        return b"%s%s\r\n" % (page.not_modified_heads[encoding], rest)
    return b"%s%s\r\n%s" % (page.heads[encoding], rest, page.bodies[encoding])


def parts_of(target: bytes) -> tuple[str, str]:
    """Path and query. Those of plain links are remembered; long ones would only fill the memory."""
    return _parts_of(target) if len(target) <= LONGEST_REMEMBERED else _parts_of.__wrapped__(target)


@lru_cache(4096)
def _parts_of(target: bytes) -> tuple[str, str]:
    path, _, query = target.decode().partition("?")
    return path, query


@lru_cache(64)
def host_of(value: bytes) -> str:
    return value.decode()


STATES = {state: f"X-Cache: {state}\r\n".encode() for state in (HIT, STALE)}
