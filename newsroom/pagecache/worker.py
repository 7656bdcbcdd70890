"""The gunicorn worker of `./run`: its own asgi worker with our protocol."""

import asyncio
import gc

from gunicorn.workers import gasgi

from newsroom.pagecache.accepting import Loop


class PageWorker(gasgi.ASGIWorker):  # type: ignore[misc]
    def _setup_event_loop(self) -> None:
        self.loop = Loop()
        asyncio.set_event_loop(self.loop)

    def load_wsgi(self) -> None:
        super().load_wsgi()
        # Only now: it needs Django, which the application has just set up.
        from newsroom.pagecache.protocol import PageProtocol

        gasgi.ASGIProtocol = PageProtocol
        # What was loaded by now stays for good. Going through it again and again for garbage would hold up readers.
        gc.collect()
        gc.freeze()
