"""The demo’s snapshot of prices: sample data with its date, which never pretends to be live."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from newsroom.demo import files
from ticker.models import Coin, History, ListedCoin, Quote
from ticker.polling import quotes
from ticker.providers import COINGECKO, COINPAPRIKA

HOURS_IN_WEEK = 168
DAYS_IN_YEAR = 365
SOURCE = "sample"


def load(now: datetime) -> None:
    """Give each coin its sample quote, unless it has a quote already: a live price is never
    overwritten.
    """
    snapshot = files.tables("prices.toml")
    taken_at = datetime.fromisoformat(snapshot["taken_at"]).astimezone(UTC)
    for row in snapshot["coin"]:
        coin = Coin.objects.filter(symbol=row["symbol"]).first()
        if coin is None or Quote.objects.filter(coin=coin).exists():
            continue
        price, change = Decimal(row["price"]), Decimal(row["change"])
        week = invented_week(row["symbol"], price, change)
        quote = Quote(
            coin=coin,
            price=price,
            change_24h=change,
            high_24h=max(week[-24:]),
            low_24h=min(week[-24:]),
            market_value=price * Decimal(row["supply"]),
            volume_24h=price * Decimal(row["supply"]) * Decimal("0.021"),
            supply=Decimal(row["supply"]),
            source=SOURCE,
            quoted_at=taken_at,
            fetched_at=now,
            is_sample=True,
        )
        quotes.draw_week(quote, week, taken_at)
        quote.save()
        year = invented_year(row["symbol"], price, week[0], taken_at)
        History.objects.create(coin=coin, days=year, fetched_at=taken_at, is_sample=True)
    load_directory(snapshot["listed"], now)


def load_directory(listed: list[dict[str, str]], now: datetime) -> None:
    """Some coins to choose from, until the real list comes."""
    if ListedCoin.objects.exists():
        return
    rows = [
        ListedCoin(
            provider=provider.name,
            identifier=coin[field],
            symbol=coin["symbol"],
            name=coin["name"],
            listed_at=now,
        )
        for coin in listed
        for provider, field in ((COINGECKO, "coingecko"), (COINPAPRIKA, "coinpaprika"))
        if field in coin
    ]
    ListedCoin.objects.bulk_create(rows)


def invented_year(
    symbol: str, price: Decimal, week_ago: Decimal, until: datetime
) -> list[list[str]]:
    """Pairs of a moment and a price, which pass through the price a week ago. The same at every
    load.
    """
    rng = random.Random(f"{symbol} for a year")
    start = week_ago * Decimal(str(rng.uniform(0.55, 1.35)))
    walk = [
        *bridge(rng, start, week_ago, DAYS_IN_YEAR - 7, 0.022),
        *bridge(rng, week_ago, price, 7, 0.012),
    ]
    first = until - timedelta(days=DAYS_IN_YEAR)
    return [
        [(first + timedelta(days=index)).isoformat(), format(value, "f")]
        for index, value in enumerate(walk)
    ]


def invented_week(symbol: str, price: Decimal, change: Decimal) -> list[Decimal]:
    """Hourly prices that end at `price` and were `change` per cent away a day before. The same at
    every load.
    """
    rng = random.Random(symbol)
    day_before = price / (1 + change / 100)
    start = day_before * Decimal(str(rng.uniform(0.94, 1.05)))
    first = bridge(rng, start, day_before, HOURS_IN_WEEK - 24)
    return [*first, *bridge(rng, day_before, price, 24)]


def bridge(
    rng: random.Random, start: Decimal, end: Decimal, hours: int, step: float = 0.004
) -> list[Decimal]:
    """A random walk from `start` that arrives at `end` after `hours` steps."""
    steps = [rng.gauss(0, step) for _ in range(hours)]
    drift = sum(steps) / hours
    wander = 0.0
    prices = []
    for index, each in enumerate(steps, start=1):
        wander += each - drift
        line = start + (end - start) * index / hours
        prices.append((line * (1 + Decimal(str(wander)))).quantize(Decimal("1e-8")))
    return prices
