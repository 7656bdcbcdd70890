"""
Taking up new connections many at a time.

uvloop takes up one a turn of its loop. When 256 readers arrive at a busy server, the last would
wait for 256 turns, half a second, before the first byte of theirs is read.
"""

import socket
from collections.abc import Callable
from typing import Any

import uvloop

AT_ONCE = 64  # more would leave other processes without their share
PAUSE = 0.5  # seconds, when the system has no more files to give


class Acceptor:
    """A stand-in for what `create_server` returns, as far as gunicorn uses it."""

    def __init__(
        self, loop: uvloop.Loop, factory: Callable[[], Any], listener: socket.socket
    ) -> None:
        self.loop = loop
        self.factory = factory
        self.listener = listener
        self._connecting: set[Any] = set()
        listener.setblocking(False)
        loop.add_reader(listener, self._accept)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _ = self.listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                self.loop.remove_reader(self.listener)
                self.loop.call_later(PAUSE, self._resume)
                return
            connection.setblocking(False)
            task = self.loop.create_task(
                self.loop.connect_accepted_socket(self.factory, connection)
            )
            self._connecting.add(task)
            task.add_done_callback(self._connected)

    def _connected(self, task: Any) -> None:
        self._connecting.discard(task)
        if not task.cancelled():
            task.exception()  # A reader who left already is no news.

    def _resume(self) -> None:
        if self.listener.fileno() >= 0:
            self.loop.add_reader(self.listener, self._accept)

    def close(self) -> None:
        if self.listener.fileno() >= 0:
            self.loop.remove_reader(self.listener)

    async def wait_closed(self) -> None:
        """Nothing is left to wait for: open connections are gunicorn’s."""


class Loop(uvloop.Loop):
    async def create_server(self, factory: Any, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        if options.get("sock") is None or options.get("ssl"):
            return await super().create_server(factory, *args, **options)
        return Acceptor(self, factory, options["sock"])
