"""
The front for ASGI servers: kept pages are answered on the event loop, everything else by Django in
threads.

Django’s own ASGI handler is not used: with synchronous views it costs several times what its WSGI
handler does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from pagecache.cached_page import CachedPage, make_cached_page
from pagecache.page_cache import MISS, PageCache
from pagecache.render import WSGIApplication
from pagecache.thread_pool import DjangoInThreads

THREADS = 8
# RFC 9112, section 3.2.
NO_HOST = make_cached_page(
    400,
    [("Content-Type", "text/plain"), ("Cache-Control", "no-store")],
    b"A Host header is needed.\n",
)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class CachedApplication:
    def __init__(self, django: WSGIApplication) -> None:
        self.front = PageCache(django)
        self.django = DjangoInThreads(django, THREADS)

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
                self.front.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = in_origin_form(scope)
        fields = fields_of(scope["headers"])
        if b"host" not in fields and scope.get("http_version") == "1.1":
            await send_page(scope, fields, send, NO_HOST, MISS)
            return
        address = None
        if scope["method"] in ("GET", "HEAD"):
            address = self.front.address(*address_parts(scope, fields))
        if address is None:
            self.front.counts.bypasses += 1
            await self.django(scope, receive, send)
            return
        found = self.front.find(address)
        if found is None:
            self.front.counts.misses += 1
            # Shielded: a reader who leaves takes nothing from the others who wait.
            found = await asyncio.shield(asyncio.wrap_future(self.front.make(address))), MISS
        await send_page(scope, fields, send, *found)


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
