"""A price for each day of a year, for the longer charts: one coin at a time, so that the calls last
for the month.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone
from django_tasks import task

from ticker.models import Coin, History, Poller, PriceSource
from ticker.polling import poller, quota
from ticker.providers import COINGECKO
from ticker.providers.errors import PricesUnavailable

logger = logging.getLogger(__name__)

# Of six calls in ten minutes five are rounds of prices.
EVERY = timedelta(minutes=15)
RENEWED_AFTER = timedelta(hours=20)


def is_due() -> bool:
    """A look at one row."""
    at = Poller.objects.values_list("next_history_at", flat=True).first()
    return at is None or at <= timezone.now()


@task()
def refresh_in_background() -> None:
    refresh_next()


def refresh_next() -> Coin | None:
    """Fetch the year of the coin that has waited longest, while the source answers and calls are to
    spare.
    """
    now = timezone.now()
    if not _take_turn(now):
        return None
    coin, state = _longest_waiting(now), PriceSource.objects.filter(name=COINGECKO.name).first()
    if coin is None or state is None or state.failures:
        return None
    if quota.is_slowed(COINGECKO, state, Coin.objects.followed().count(), now):
        return None
    History.objects.update_or_create(coin=coin, defaults={"tried_at": now})
    poller.count_calls(state, now, 1)
    try:
        days = COINGECKO.history(coin.coingecko_id)
    except PricesUnavailable as error:
        logger.warning("no prices for days", extra={"coin": coin.symbol, "reason": str(error)})
        poller.leave_alone(state, error, now)
        return None
    poller.save_calls(state)
    written = [[moment.isoformat(), format(price, "f")] for moment, price in days]
    History.objects.filter(coin=coin).update(days=written, fetched_at=now, is_sample=False)
    return coin


def _take_turn(now: datetime) -> bool:
    """One conditional statement: of many processes one gets it."""
    free = Q(next_history_at=None) | Q(next_history_at__lte=now)
    return bool(Poller.objects.filter(free).update(next_history_at=now + EVERY))


def _longest_waiting(now: datetime) -> Coin | None:
    old = now - RENEWED_AFTER
    waits = (
        Q(history=None)
        | Q(history__fetched_at=None)
        | Q(history__fetched_at__lte=old)
        | Q(history__is_sample=True)
    )
    retry = (
        Q(history=None)
        | Q(history__tried_at=None)
        | Q(history__tried_at__lte=now - timedelta(hours=1))
    )
    coins = Coin.objects.followed().filter(waits & retry, is_shown=True)
    return coins.order_by(
        F("history__tried_at").asc(nulls_first=True), "position", "symbol"
    ).first()
