"""Calls Django for one page, as a reader whom nobody knows."""

import io
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from pagecache import cached_page, live_parts
from pagecache.cached_page import CachedPage
from pagecache.cdn.cache_control import cache_control
from pagecache.context import RenderContext

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
RECORDING = "pagecache.context"  # where the middleware finds it


def render(application: WSGIApplication, address: str, as_of: int) -> CachedPage:
    """Make the page at `address`. It may only be kept if Django said that it is public; then its
    times lie ahead.
    """
    recording = RenderContext(is_to_be_kept=True)
    status, headers, body = call(application, environ_of(address) | {RECORDING: recording})
    refresh_at = changes_at = lasts_until = rest_changes_at = 0.0
    if recording.is_public:
        now = datetime.now(UTC)
        refresh_at, changes_at = (
            moment.timestamp() for moment in recording.lifetime_with_parts(now)
        )
        lasts_until, rest_changes_at = (moment.timestamp() for moment in recording.lifetime(now))
    return cached_page.make_cached_page(
        status,
        headers,
        body,
        keys=recording.keys,
        refresh_at=refresh_at,
        changes_at=changes_at,
        lasts_until=lasts_until,
        rest_changes_at=rest_changes_at,
        as_of=as_of,
    )


def renewed(page: CachedPage) -> CachedPage:
    """The page with its parts as they are now, everything else as it was made."""
    now = datetime.now(UTC)
    lifetime = RenderContext(
        refresh_at=datetime.fromtimestamp(page.lasts_until, UTC),
        changes_at=datetime.fromtimestamp(page.rest_changes_at, UTC),
        began_at=now,
    )
    html: dict[str, bytes] = {}
    for part in page.parts:
        if part.name not in html:
            html[part.name], made_of = live_parts.new(part.name)
            lifetime.include_part(made_of)
    refresh_at, changes_at = lifetime.lifetime_with_parts(now)
    return page.with_parts(
        html,
        refresh_at.timestamp(),
        changes_at.timestamp(),
        lifetime.keys,
        cache_control(page.status, refresh_at, changes_at),
    )


def call(
    application: WSGIApplication, environ: dict[str, Any]
) -> tuple[int, list[tuple[str, str]], bytes]:
    answer: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        answer[:] = [int(status.split(" ", 1)[0]), headers]

    chunks = application(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()  # Django gives back its database connection here.
    return answer[0], answer[1], body


def environ_of(address: str) -> dict[str, Any]:
    """A plain GET of `address` on our canonical host: nothing in it is a reader’s."""
    path, _, query = address.partition("?")
    site = urlsplit(settings.SITE_URL)
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": site.hostname or "localhost",
        "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": site.netloc,
        "HTTP_X_FORWARDED_PROTO": site.scheme,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
