"""Prices: kept with their time and source, each coin by itself, never blank because of a
failure.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from core import charts
from pagecache.invalidation import invalidate
from pagecache.tags import table_tag
from ticker.models import Coin, History, Quote
from ticker.presentation import numbers
from ticker.providers import MarketQuote, Provider
from ticker.providers.answers import number

logger = logging.getLogger(__name__)

DELAYED_AFTER = timedelta(minutes=15)
HIDDEN_AFTER = timedelta(hours=24)  # CoinGecko’s terms: stored data is refreshed within a day
# Another source that says something else than the one before is believed when nothing newer
# contradicts it.
LARGEST_JUMP = Decimal("0.2")


@dataclass(frozen=True)
class Stored:
    """The outcome of an answer; coins by their symbols."""

    updated: int = 0
    missing: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def is_delayed(quote: Quote) -> bool:
    return not quote.is_sample and quote.quoted_at <= timezone.now() - DELAYED_AFTER


def is_hidden(quote: Quote) -> bool:
    """Too old to show. The demo’s snapshot says that it is a sample and stays."""
    return not quote.is_sample and quote.quoted_at <= timezone.now() - HIDDEN_AFTER


def store(
    coins: Iterable[Coin],
    found: dict[str, MarketQuote],
    provider: Provider,
    now: datetime,
    expected_at: datetime,
) -> Stored:
    """Write each good quote by itself, all in one statement: what one coin lacks costs the others
    nothing.

    Needs select_related("quote"). `expected_at`: when newer prices can be there.
    """
    rows, missing, doubtful, samples = [], [], [], []
    has_first = False
    for coin in coins:
        market = found.get(getattr(coin, provider.identifier))
        kept: Quote | None = getattr(coin, "quote", None)
        if market is None or market.symbol != coin.symbol:
            missing.append(coin.symbol)
        elif kept and _is_doubtful(kept, market, provider, now):
            doubtful.append(coin.symbol)
        elif not kept or kept.is_sample or market.quoted_at >= kept.quoted_at:
            if kept and kept.is_sample:
                samples.append(coin)
            has_first = has_first or kept is None or kept.is_sample or is_hidden(kept)
            rows.append(_row(coin, kept, market, provider, now, expected_at))
    if doubtful:
        logger.warning(
            "prices jumped with their source", extra={"source": provider.name, "coins": doubtful}
        )
    _write(rows)
    if samples:
        History.objects.filter(coin__in=samples, is_sample=True).delete()
    if has_first:
        invalidate(
            table_tag(Coin)
        )  # Pages without a price that ages are not looked at again by themselves.
    return Stored(len(rows), tuple(missing), tuple(doubtful))


def _is_doubtful(kept: Quote, market: MarketQuote, provider: Provider, now: datetime) -> bool:
    """A jump on the switch to another source, against a price that is still young."""
    if kept.is_sample or kept.source == provider.name or kept.quoted_at <= now - DELAYED_AFTER:
        return False
    return abs(market.price / kept.price - 1) > LARGEST_JUMP


def _row(
    coin: Coin,
    kept: Quote | None,
    market: MarketQuote,
    provider: Provider,
    now: datetime,
    expected_at: datetime,
) -> Quote:
    """Return the row to store. Of an earlier quote only what changes slowly stays: circulating
    supply, and its week.
    """
    live = kept if kept and not kept.is_sample else None
    supply = market.supply or (live.supply if live else None)
    # What is too large to be kept is not known either.
    worth = number(market.price * supply) if supply else None
    row = Quote(
        coin=coin,
        price=market.price,
        change_24h=market.change_24h,
        high_24h=market.high_24h,
        low_24h=market.low_24h,
        market_value=market.market_value or worth,
        volume_24h=market.volume_24h,
        supply=supply,
        week=live.week if live else [],
        week_at=live.week_at if live else None,
        spark=live.spark if live else "",
        spark_direction=live.spark_direction if live else "",
        source=provider.name,
        quoted_at=market.quoted_at,
        fetched_at=now,
        expected_at=expected_at,
    )
    if market.week:
        draw_week(row, market.week, market.quoted_at)
    return row


def draw_week(quote: Quote, week: Iterable[Decimal | None], until: datetime) -> None:
    """Note the prices of seven days, and the small line that the tables show of them. An hour may
    have none.
    """
    hours = list(week)
    prices = [price for price in hours if price is not None]
    quote.week, quote.week_at = (
        [None if price is None else format(price, "f") for price in hours],
        until,
    )
    quote.spark = charts.spark_path(prices)
    quote.spark_direction = (
        numbers.direction(change_since(prices[0], prices[-1]) or Decimal(0)) if prices else ""
    )


# The coin comes first: it says which row is meant.
_FIELDS: list[Any] = [field for field in Quote._meta.concrete_fields if not field.primary_key]


def _write(rows: list[Quote]) -> None:
    """One statement for all rows, where Django’s own way needs one for every eighty on SQLite."""
    if not rows:
        return
    columns = [connection.ops.quote_name(field.column) for field in _FIELDS]
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    statement = (
        f"INSERT INTO ticker_quote ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) "  # noqa: S608
        f"ON CONFLICT ({columns[0]}) DO UPDATE SET {updates}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [
                    field.get_db_prep_save(getattr(row, field.attname), connection)
                    for field in _FIELDS
                ]
                for row in rows
            ],
        )


def change_since(then: Decimal | None, now: Decimal | None) -> Decimal | None:
    """Return the change in per cent from one price to another, or None if either is unknown."""
    if not then or now is None:
        return None
    return (now - then) / then * 100
