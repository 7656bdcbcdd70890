"""Prices: fetched by the clock, kept with their time, never blank because of a failure, never older than a day."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from ticker.models import Coin, PriceSource, Quote
from ticker.providers import coingecko
from ticker.providers.coingecko import MarketQuote
from ticker.providers.errors import PricesUnavailable

logger = logging.getLogger(__name__)

INTERVAL = 120  # seconds between calls, for CoinGecko without a key
WEEK_EVERY = timedelta(hours=1)
LONGEST_WAIT = 900  # seconds
DELAYED_AFTER = timedelta(minutes=15)
HIDDEN_AFTER = timedelta(hours=24)  # CoinGecko’s terms: stored data is refreshed within a day
FIGURES = ("price", "change_24h", "high_24h", "low_24h", "market_value", "volume_24h", "supply", "quoted_at")


@dataclass(frozen=True)
class Round:
    """What one refresh did."""

    updated: int
    missing: tuple[str, ...] = ()
    error: str = ""
    waiting: bool = False


def is_delayed(quote: Quote) -> bool:
    return not quote.is_sample and quote.quoted_at < timezone.now() - DELAYED_AFTER


def is_hidden(quote: Quote) -> bool:
    """Too old to show. The demo’s snapshot says that it is a sample and stays."""
    return not quote.is_sample and quote.quoted_at < timezone.now() - HIDDEN_AFTER


@task()
def refresh_in_background() -> None:
    refresh()


def refresh(force: bool = False) -> Round:
    """Ask the provider once for every coin, unless it asked to be left alone. Errors are kept, not raised."""
    now = timezone.now()
    source, _ = PriceSource.objects.get_or_create(name=coingecko.NAME)
    if not force and source.next_try_at and source.next_try_at > now:
        return Round(0, waiting=True, error=source.last_error)
    coins = {coin.coingecko_id: coin for coin in Coin.objects.all()}
    if not coins:
        return Round(0)
    with_week = source.last_week_at is None or source.last_week_at < now - WEEK_EVERY
    try:
        found = coingecko.fetch(coins, now=now, with_week=with_week)
    except PricesUnavailable as error:
        return _keep_failure(source, error)
    updated = _store(coins, found)
    source.last_success_at, source.failures, source.last_error, source.next_try_at = now, 0, "", None
    if with_week:
        source.last_week_at = now
    source.save()
    return Round(updated, missing=tuple(sorted(coin.symbol for key, coin in coins.items() if key not in found)))


def _keep_failure(source: PriceSource, error: PricesUnavailable) -> Round:
    """Wait as long as asked, doubling with every failure in a row up to LONGEST_WAIT."""
    source.failures += 1
    wait = min(max(error.wait, 60) * 2 ** min(source.failures - 1, 10), max(LONGEST_WAIT, error.wait))
    source.next_try_at = timezone.now() + timedelta(seconds=wait)
    source.last_error = str(error)[:300]
    source.save()
    logger.warning("prices unavailable", extra={"reason": str(error), "wait_seconds": wait})
    return Round(0, error=str(error))


def _store(coins: dict[str, Coin], found: dict[str, MarketQuote]) -> int:
    """Write each good quote by itself: what one coin lacks costs the others nothing."""
    updated = 0
    now = timezone.now()
    with transaction.atomic():
        for coin_id, market in found.items():
            coin = coins[coin_id]
            if market.symbol != coin.symbol:
                logger.warning("symbol differs", extra={"coin": coin.symbol, "answered": market.symbol})
                continue
            values = {name: getattr(market, name) for name in FIGURES}
            values |= {"source": coingecko.NAME, "fetched_at": now, "is_sample": False}
            if market.week:
                values["week"] = [format(price, "f") for price in market.week]
            Quote.objects.update_or_create(coin=coin, defaults=values)
            updated += 1
    return updated


def change_since(then: Decimal | None, now: Decimal | None) -> Decimal | None:
    """Return the change in per cent from one price to another, or None if either is unknown."""
    if not then or now is None:
        return None
    return (now - then) / then * 100
