"""Sums that wait in the memory of a process, and are stored once a second by a thread of their own."""

import atexit
import logging
import os
import threading
import time

from pagecache import invalidation

logger = logging.getLogger(__name__)

FLUSH_EVERY = 1.0  # seconds


class PeriodicFlusher:
    """Has `flush`. A process that serves no readers, such as a test, stores at once."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._process = 0
        self._starting = threading.Lock()

    def flush(self) -> None:
        raise NotImplementedError

    def schedule_flush(self) -> None:
        if invalidation.current_listener() is None:
            self.flush()
        elif self._process != os.getpid():
            self._start_thread()

    def _start_thread(self) -> None:
        """One for each process: not that of a parent that we were forked from."""
        with self._starting:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        atexit.register(self.flush)
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(FLUSH_EVERY)
            try:
                self.flush()
            except Exception:
                logger.exception("sums cannot be stored", extra={"sums": self._name})
