"""Events wait in the memory of their process, and are added to the database once a second: a process
that is killed loses its last second, and counts nothing twice.
"""

import atexit
import logging
import os
import threading
import time

from django.db import InterfaceError, OperationalError, connections

from audience.counting import batch
from audience.counting.events import Event
from pagecache import invalidation

logger = logging.getLogger(__name__)

FLUSH_EVERY = 1.0  # seconds
MOST_AT_ONCE = 2_000
MOST_WAITING = 100_000


class WaitingEvents:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._storing = threading.Lock()
        self._events: list[Event] = []
        self._process = 0

    def add(self, event: Event) -> None:
        """A process that serves no readers, such as a test, stores it at once."""
        with self._lock:
            if len(self._events) >= MOST_WAITING:
                return
            self._events.append(event)
            self._start_thread()
        if invalidation.current_listener() is None:
            self.flush()

    def flush(self) -> None:
        """Store what waits; what cannot be stored now is stored with what comes next."""
        with self._storing:
            while events := self._events[:MOST_AT_ONCE]:
                try:
                    batch.store(events)
                except (OperationalError, InterfaceError) as error:
                    told = {"reason": str(error)[:200], "number": len(self._events)}
                    logger.warning("views wait for the database", extra=told)
                    connections.close_all()
                    return
                except Exception:
                    logger.exception("a batch of views cannot be stored")
                    _store_one_by_one(events)
                with self._lock:
                    del self._events[: len(events)]

    def _start_thread(self) -> None:
        """A thread of our own: not that of a parent that we were forked from."""
        if self._process == os.getpid() or invalidation.current_listener() is None:
            return
        self._process = os.getpid()
        atexit.register(self.flush)
        threading.Thread(target=self._run, name="views", daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(FLUSH_EVERY)
            try:
                self.flush()
            except Exception:
                logger.exception("views cannot be stored")


def _store_one_by_one(events: list[Event]) -> None:
    """One that no database takes must not hold up the others. It is dropped."""
    for event in events:
        try:
            batch.store([event])
        except Exception:
            logger.exception("a view cannot be stored and is dropped")


waiting = WaitingEvents()
"""Of this process."""
