"""Django in threads, for requests that no kept page answers: a2wsgi, mended where a reader who
leaves would hurt.
"""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi.wsgi import WSGIResponder

from pagecache.render import WSGIApplication

QUEUE = 10  # pieces of an answer that wait for a slow reader
PRINTABLE = bytes(range(0x21, 0x7F)).decode()


class ReaderLeft(Exception):
    """Nobody is there to take the rest of the answer."""


class DjangoInThreads:
    def __init__(self, django: WSGIApplication, threads: int) -> None:
        self.django = django
        self.executor = ThreadPoolExecutor(threads, "Django")

    async def __call__(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any
    ) -> None:
        # As browsers send it; somebody else’s raw letters would not be read.
        query = quote_from_bytes(scope["query_string"], safe=PRINTABLE).encode()
        responder: Any = Responder(self.django, self.executor, QUEUE)  # type: ignore[arg-type]
        await responder({**scope, "query_string": query}, receive, send)


class Responder(WSGIResponder):
    """Lets the thread go when its reader has left; it would wait for ever to hand over the next
    piece.
    """

    has_left = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.has_left = True
            while not self.send_queue.empty():
                self.send_queue.get_nowait()

    def send(self, message: Any) -> None:
        if self.has_left:
            raise ReaderLeft
        super().send(message)
