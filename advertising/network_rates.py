"""How much one network may send: counted in the memory of each process, by the minute, and never written down."""

import threading
import time

from django.conf import settings

MOST_NETWORKS = 100_000


class Rates:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._counts: dict[str, int] = {}

    def is_over(self, network: str, events: int = 1) -> bool:
        """Count so many more events of a network in this minute; say whether that is more than readers send."""
        most: int = settings.SEEN_A_MINUTE
        if not most:
            return False
        minute = int(time.time() // 60)
        with self._lock:
            if minute != self._minute or len(self._counts) > MOST_NETWORKS:
                self._minute, self._counts = minute, {}
            self._counts[network] = self._counts.get(network, 0) + events
            return self._counts[network] > most

    def forget(self) -> None:
        with self._lock:
            self._counts = {}


rates = Rates()
