"""The gunicorn worker of `./run`: its own asgi worker with our protocol."""

from gunicorn.workers import gasgi


class PageWorker(gasgi.ASGIWorker):  # type: ignore[misc]
    def load_wsgi(self) -> None:
        super().load_wsgi()
        # Only now: it needs Django, which the application has just set up.
        from newsroom.pagecache.protocol import PageProtocol

        gasgi.ASGIProtocol = PageProtocol
