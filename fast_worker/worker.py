"""The gunicorn worker of `./run`: its own ASGI worker, with our protocol and loop where they are
known to fit.
"""

import asyncio
import gc

import gunicorn
from gunicorn.workers import gasgi

from fast_worker import TESTED_GUNICORN
from fast_worker.accepting import Loop


class FastWorker(gasgi.ASGIWorker):
    @property
    def steps_aside(self) -> bool:
        return bool(gunicorn.__version__ != TESTED_GUNICORN)

    def _setup_event_loop(self) -> None:
        if self.steps_aside:
            super()._setup_event_loop()
            return
        self.loop = Loop()
        asyncio.set_event_loop(self.loop)

    def load_wsgi(self) -> None:
        super().load_wsgi()
        if self.steps_aside:
            self.log.warning(
                "The plain ASGI worker serves, with gunicorn %s.", gunicorn.__version__
            )
            return
        # Only now: it needs Django, which the application has just set up.
        from fast_worker.protocol import PageProtocol

        gasgi.ASGIProtocol = PageProtocol
        # What was loaded by now stays for good. Going through it again and again for garbage would
        # hold up readers.
        gc.collect()
        gc.freeze()
