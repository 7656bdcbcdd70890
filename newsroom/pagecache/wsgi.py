"""The front for WSGI servers: a wrapper around Django’s application."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from newsroom.pagecache.application import WSGIApplication
from newsroom.pagecache.front import MISS, Front
from newsroom.pagecache.page import Page


class PagesBeforeDjango:
    def __init__(self, django: WSGIApplication) -> None:
        self.django = django
        self.front = Front(django)
        self._start_once = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        is_read = environ["REQUEST_METHOD"] in ("GET", "HEAD")
        address = self.front.address(*asked(environ)) if is_read else None
        if address is None:
            self.front.counts.bypasses += 1
            return self.django(environ, start_response)
        if self._start_once.acquire(blocking=False):
            self.front.start()
        found = self.front.find(address)
        if found is None:
            self.front.counts.misses += 1
            found = self.front.make(address).result(), MISS
        return answer(environ, start_response, *found)


def asked(environ: dict[str, Any]) -> tuple[str, str, str, str, bool]:
    """What decides the address of the page: path, query, host, cookies, and whether the way here was safe."""
    scheme = environ.get("HTTP_X_FORWARDED_PROTO") if settings.BEHIND_PROXY else environ["wsgi.url_scheme"]
    return (
        environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
        environ.get("QUERY_STRING", ""),
        environ.get("HTTP_HOST", ""),
        environ.get("HTTP_COOKIE", ""),
        scheme == "https",
    )


def answer(environ: dict[str, Any], start_response: Callable[..., Any], found: Page, state: str) -> Iterable[bytes]:
    encoding = found.best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    momentary = [("X-Cache", state), *found.fields_of_the_moment()]
    if found.is_known_by(environ.get("HTTP_IF_NONE_MATCH", ""), environ.get("HTTP_IF_MODIFIED_SINCE", "")):
        start_response("304 Not Modified", [*found.not_modified_headers(encoding), *momentary])
        return []
    start_response(found.status_line, [*found.headers_for(encoding), *momentary])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [found.bodies[encoding]]
