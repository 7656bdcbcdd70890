"""Events wait in the memory of their process, and are added to the database once a second: a process
that is killed loses its last second, and counts nothing twice.
"""

import logging
import threading

from django.db import InterfaceError, OperationalError, connections

from audience.counting import batch
from audience.counting.events import Event
from audience.counting.periodic_flush import PeriodicFlusher

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 2_000
MOST_BUFFERED = 100_000


class EventBuffer(PeriodicFlusher):
    def __init__(self) -> None:
        super().__init__("views")
        self._lock = threading.Lock()
        self._storing = threading.Lock()
        self._events: list[Event] = []

    def add(self, event: Event) -> None:
        with self._lock:
            if len(self._events) >= MOST_BUFFERED:
                return
            self._events.append(event)
        self.schedule_flush()

    def flush(self) -> None:
        """Store what waits; what cannot be stored now is stored with what comes next."""
        with self._storing:
            while events := self._events[:MOST_AT_ONCE]:
                try:
                    batch.store(events)
                except (OperationalError, InterfaceError) as error:
                    details = {"reason": str(error)[:200], "number": len(self._events)}
                    logger.warning("views wait for the database", extra=details)
                    connections.close_all()
                    return
                except Exception:
                    logger.exception("a batch of views cannot be stored")
                    _store_one_by_one(events)
                with self._lock:
                    del self._events[: len(events)]


def _store_one_by_one(events: list[Event]) -> None:
    """One that no database takes must not hold up the others. It is dropped."""
    for event in events:
        try:
            batch.store([event])
        except Exception:
            logger.exception("a view cannot be stored and is dropped")


buffer = EventBuffer()
"""Of this process."""
