"""
Offers, counted without a query in the request that makes them.

A process adds up what it offers in memory; once a second a thread adds the sums to the ledger. So a
process that is killed may lose its last second of offers. Impressions and clicks are never counted
this way: each of those is written before its request is answered.
"""

import logging
import threading
from collections import Counter
from collections.abc import Iterable

from django.db import Error, connections, transaction
from django.utils import timezone

from advertising.measurement import ledger
from advertising.models import Action
from audience.counting.periodic_flush import PeriodicFlusher

logger = logging.getLogger(__name__)

Offer = tuple[int, str, str]  # placement, slot, reason


class OfferSums(PeriodicFlusher):
    """The offers of this process that are not in the ledger yet."""

    def __init__(self) -> None:
        super().__init__("offers")
        self._lock = threading.Lock()
        self._sums: Counter[ledger.Line] = Counter()

    def count(self, offers: Iterable[Offer]) -> None:
        """Count offers of today."""
        today = timezone.now().date()
        lines = Counter(
            (placement, slot, today, Action.OFFERED.value, reason)
            for placement, slot, reason in offers
        )
        if not lines:
            return
        with self._lock:
            self._sums += lines
        self.schedule_flush()

    def flush(self) -> None:
        """Add the sums to the ledger; what cannot be added now is added with what comes next."""
        with self._lock:
            sums, self._sums = self._sums, Counter()
        if not sums:
            return
        try:
            with transaction.atomic():
                ledger.add(sums)
        except Error as error:  # A lost connection is an InterfaceError, which is no DatabaseError.
            logger.warning("offers wait for the database", extra={"reason": str(error)[:200]})
            with self._lock:
                self._sums += sums
            connections.close_all()


offers = OfferSums()
