"""A front before the real Django, with its watcher under the test’s control."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

from pagecache import invalidation
from pagecache.cached_page import CachedPage
from pagecache.page_cache import PageCache

HOST = settings.SITE_URL.split("//")[1]


class Reader:
    """Asks a front as a server would, and knows how the answer was made."""

    def __init__(self, front: PageCache) -> None:
        self.front = front
        self.state = ""

    def get(
        self, path: str, query: str = "", cookies: str = "", host: str = HOST
    ) -> CachedPage | None:
        """The page, or None where the request goes by the cache."""
        address = self.front.address(path, query, host, cookies, False)
        if address is None:
            self.state = "BYPASS"
            return None
        found = self.front.find(address)
        page, self.state = found or (self.front.make(address).result(30), "MISS")
        return page

    def text(self, path: str, query: str = "") -> str:
        page = self.get(path, query)
        assert page is not None
        return page.bodies[""].decode()


@pytest.fixture
def application() -> Callable[..., Any]:
    """Django with its connections closed in the end, so that the test database can be emptied."""
    return get_wsgi_application()


@pytest.fixture
def open_front(
    application: Any, settings: Any, tmp_path: Any
) -> Iterator[Callable[..., PageCache]]:
    """Open fronts that keep pages in a folder of this test’s."""
    settings.DATA_DIR = tmp_path
    fronts = []

    def opened(django: Any = application) -> PageCache:
        invalidation.invalidate("start")  # as in any publication that somebody has changed before
        front = PageCache(_closing(django))
        front.watcher.poll()
        fronts.append(front)
        return front

    yield opened
    for front in fronts:
        front.stop()


def _closing(django: Any) -> Any:
    """Threads of a front keep their connections; those of a test must not outlive it."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        try:
            chunks = django(environ, start_response)
            body = b"".join(chunks)
            if hasattr(chunks, "close"):
                chunks.close()
            return [body]
        finally:
            connections.close_all()

    return application


@pytest.fixture
def front(open_front: Callable[..., PageCache]) -> PageCache:
    return open_front()


@pytest.fixture
def reader(front: PageCache) -> Reader:
    return Reader(front)
