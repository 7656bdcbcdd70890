"""
The front for ASGI servers: kept pages are answered on the event loop, everything else by Django in
threads.

Django’s own ASGI handler is not used: with synchronous views it costs several times what its WSGI
handler does.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string

from core.media import MEDIA_PATH
from pagecache import request_body
from pagecache.cached_page import CachedPage, make_cached_page
from pagecache.page_cache import MISS, STALE, PageCache
from pagecache.render import WSGIApplication
from pagecache.thread_pool import DjangoInThreads

THREADS = 8
LIVE, READY, HEALTH, METRICS = "/livez", "/readyz", "/healthz", "/metrics"
RETRY_AFTER = 5  # seconds
# RFC 9112, section 3.2.
NO_HOST = make_cached_page(
    400,
    [("Content-Type", "text/plain"), ("Cache-Control", "no-store")],
    b"A Host header is needed.\n",
)
PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
TOO_SLOW = make_cached_page(
    408,
    [("Content-Type", "text/plain"), ("Cache-Control", "no-store"), ("Connection", "close")],
    b"The request took too long to arrive.\n",
)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class CachedApplication:
    def __init__(self, django: WSGIApplication) -> None:
        self.front = PageCache(django)
        self.django = DjangoInThreads(django, THREADS)
        self.is_stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send(
                {"type": "websocket.close"}
            )  # Before it was accepted: the server answers 403.
        else:
            raise NotImplementedError("Only HTTP is served here.")

    async def live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.front.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                self.is_stopping = True
                self.front.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = in_origin_form(scope)
        fields = fields_of(scope["headers"])
        if scope["path"] in (LIVE, READY):
            # Here, not in Django: whatever its threads wait for, this is answered.
            await send_page(scope, fields, send, self.sign_of_life(scope["path"]), MISS)
            return
        if b"host" not in fields and scope.get("http_version") == "1.1":
            await send_page(scope, fields, send, NO_HOST, MISS)
            return
        address = None
        if scope["method"] in ("GET", "HEAD"):
            address = self.front.address(*address_parts(scope, fields))
        if address is None:
            self.front.counts.bypasses += 1
            await self.ask_django(scope, fields, receive, send)
            return
        found = self.front.find(address)
        if found is None:
            self.front.counts.misses += 1
            # Shielded: a reader who leaves takes nothing from the others who wait.
            page = await asyncio.shield(asyncio.wrap_future(self.front.make(address)))
            found = page, STALE if page.is_unverified else MISS
        await send_page(scope, fields, send, *found)

    async def ask_django(
        self, scope: Scope, fields: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        if self.front.watcher.is_away and not needs_no_database(scope["path"]):
            # Each would hold a thread until the database answers.
            page = no_health() if scope["path"] == HEALTH else unavailable()
            await send_page(scope, fields, send, page, MISS)
            return
        if scope["method"] not in ("GET", "HEAD"):
            try:
                receive = await request_body.taken_whole(receive, settings.LARGEST_UPLOAD)
            except request_body.SenderLeft:
                return
            except request_body.TooSlow:
                await send_page(scope, fields, send, TOO_SLOW, MISS)
                return
        await self.django(scope, receive, send)

    def sign_of_life(self, path: str) -> CachedPage:
        """Alive is who answers at all; ready is who may be sent readers."""
        reasons = [] if path == LIVE else self.reasons_not_ready()
        text = "\n".join(reasons) or "ok"
        return make_cached_page(503 if reasons else 200, PLAIN, f"{text}\n".encode())

    def reasons_not_ready(self) -> list[str]:
        if self.is_stopping:
            return ["This process is stopping."]
        if self.front.is_on and not self.front.watcher.is_running:
            return ["This process does not follow changes of pages."]
        return []


def needs_no_database(path: str) -> bool:
    """Figures for alarms say what there is to say without it."""
    return path.startswith((settings.STATIC_URL, MEDIA_PATH)) or path == METRICS


@cache
def unavailable() -> CachedPage:
    """The page in place of one that is kept nowhere, while it cannot be made."""
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Retry-After", str(RETRY_AFTER)),
    ]
    return make_cached_page(503, headers, render_to_string("errors/503.html").encode())


@cache
def no_health() -> CachedPage:
    said = {"healthy": False, "reasons": ["The database does not answer."]}
    return make_cached_page(503, [("Content-Type", "application/json")], json.dumps(said).encode())


def in_origin_form(scope: Scope) -> Scope:
    """The request with its target as a path: an absolute one names the host, too (RFC 9112, section
    3.2.2).
    """
    if scope["path"].startswith("/"):
        return scope
    target = urlsplit(scope["path"])
    if target.scheme not in ("http", "https"):
        return scope
    others = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    host = (b"host", target.netloc.encode("latin-1", "replace"))
    return {**scope, "path": target.path or "/", "raw_path": b"", "headers": [*others, host]}


def fields_of(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Header fields by name; one that came in several lines as one."""
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        fields[name] = (
            fields[name] + (b"; " if name == b"cookie" else b", ") + value
            if name in fields
            else value
        )
    return fields


def address_parts(scope: Scope, fields: dict[bytes, bytes]) -> tuple[str, str, str, str, bool]:
    """Return what decides the address of the page: path, query, host, cookies, and whether the way
    here was safe.
    """
    scheme = (
        fields.get(b"x-forwarded-proto", b"").decode("latin-1")
        if settings.BEHIND_PROXY
        else scope["scheme"]
    )
    return (
        scope["path"],
        scope["query_string"].decode("latin-1"),
        fields.get(b"host", b"").decode("latin-1"),
        fields.get(b"cookie", b"").decode("latin-1"),
        scheme == "https",
    )


async def send_page(
    scope: Scope, fields: dict[bytes, bytes], send: Send, found: CachedPage, state: str
) -> None:
    def field(name: bytes) -> str:
        return fields.get(name, b"").decode("latin-1")

    encoding = found.best_encoding(field(b"accept-encoding"))
    status, headers, body = found.status, found.headers_for(encoding), found.bodies[encoding]
    if found.is_known_by(field(b"if-none-match"), field(b"if-modified-since")):
        status, headers, body = 304, found.not_modified_headers(encoding), b""
    headers = [*headers, ("X-Cache", state), *found.fields_of_the_moment()]
    await send({"type": "http.response.start", "status": status, "headers": encoded(headers)})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
