"""The demo’s snapshot of prices: sample data with its date, which never pretends to be live."""

import random
from datetime import UTC, datetime
from decimal import Decimal

from newsroom.demo import files
from ticker.models import Coin, Quote

HOURS_IN_WEEK = 168
SOURCE = "sample"


def load(now: datetime) -> None:
    """Give each coin its sample quote, unless it has a quote already: a live price is never overwritten."""
    snapshot = files.tables("prices.toml")
    taken_at = datetime.fromisoformat(snapshot["taken_at"]).astimezone(UTC)
    for row in snapshot["coin"]:
        coin = Coin.objects.filter(symbol=row["symbol"]).first()
        if coin is None or Quote.objects.filter(coin=coin).exists():
            continue
        price, change = Decimal(row["price"]), Decimal(row["change"])
        week = invented_week(row["symbol"], price, change)
        Quote.objects.create(
            coin=coin,
            price=price,
            change_24h=change,
            high_24h=max(week[-24:]),
            low_24h=min(week[-24:]),
            market_value=price * Decimal(row["supply"]),
            volume_24h=price * Decimal(row["supply"]) * Decimal("0.021"),
            supply=Decimal(row["supply"]),
            week=[format(value, "f") for value in week],
            source=SOURCE,
            quoted_at=taken_at,
            fetched_at=now,
            is_sample=True,
        )


def invented_week(symbol: str, price: Decimal, change: Decimal) -> list[Decimal]:
    """Hourly prices that end at `price` and were `change` per cent away a day before. The same at every load."""
    rng = random.Random(symbol)
    day_before = price / (1 + change / 100)
    start = day_before * Decimal(str(rng.uniform(0.94, 1.05)))
    first = bridge(rng, start, day_before, HOURS_IN_WEEK - 24)
    return [*first, *bridge(rng, day_before, price, 24)]


def bridge(rng: random.Random, start: Decimal, end: Decimal, hours: int) -> list[Decimal]:
    """A random walk from `start` that arrives at `end` after `hours` steps."""
    steps = [rng.gauss(0, 0.004) for _ in range(hours)]
    drift = sum(steps) / hours
    wander = 0.0
    prices = []
    for index, step in enumerate(steps, start=1):
        wander += step - drift
        line = start + (end - start) * index / hours
        prices.append((line * (1 + Decimal(str(wander)))).quantize(Decimal("1e-8")))
    return prices
