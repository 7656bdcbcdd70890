"""Plain data from a provider about a coin; and which of its numbers can be believed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

OLDEST_FRESH = timedelta(minutes=30)
CLOCKS_DIFFER_BY = timedelta(minutes=5)
LARGEST_NUMBER = Decimal("1e15")
SMALLEST_NUMBER = Decimal("1e-12")  # what is smaller cannot be kept
MOST_DIGITS = 40


@dataclass(frozen=True)
class MarketQuote:
    """One coin as the provider sees it, in dollars."""

    coin_id: str
    symbol: str
    price: Decimal
    quoted_at: datetime
    change_24h: Decimal | None = None
    high_24h: Decimal | None = None
    low_24h: Decimal | None = None
    market_value: Decimal | None = None
    volume_24h: Decimal | None = None
    supply: Decimal | None = None
    week: tuple[Decimal | None, ...] = ()  # hourly, the oldest first


@dataclass(frozen=True)
class Listed:
    """A coin in a provider’s directory."""

    identifier: str
    symbol: str
    name: str
    rank: int | None = None


def number(
    value: Any, above: Decimal = Decimal(0), below: Decimal = LARGEST_NUMBER
) -> Decimal | None:
    """Return a Decimal strictly between the limits; booleans, texts and what we cannot store are
    None.
    """
    if not isinstance(value, Decimal) or not value.is_finite() or not above < value < below:
        return None
    if value != 0 and abs(value) < SMALLEST_NUMBER:
        return None
    return value


def written_number(
    value: Any, above: Decimal = Decimal(0), below: Decimal = LARGEST_NUMBER
) -> Decimal | None:
    """The same of a source that writes all numbers as texts."""
    if not isinstance(value, str) or not value.isascii() or len(value) > MOST_DIGITS:
        return None
    try:
        return number(Decimal(value), above, below)
    except InvalidOperation:
        return None


def change(value: Decimal | None) -> Decimal | None:
    """A change in per cent as it is stored, with four places: more than −100 after rounding,
    too.
    """
    if value is None or not -100 < value < 10_000:
        return None
    rounded = value.quantize(Decimal("0.0001"))
    return rounded if -100 < rounded < 10_000 else None


def moment(value: Any) -> datetime | None:
    """A time written as ISO 8601; without a zone it is UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment_of_milliseconds(value: Any) -> datetime | None:
    if not isinstance(value, Decimal) or not 0 < value < Decimal("1e14"):
        return None
    return datetime.fromtimestamp(float(value) / 1000, UTC)


def fresh(quoted_at: datetime | None, now: datetime) -> datetime | None:
    """Return when the price held, if that can be: not long ago, and no further ahead than clocks
    differ.
    """
    if quoted_at is None or not now - OLDEST_FRESH <= quoted_at <= now + CLOCKS_DIFFER_BY:
        return None
    return min(quoted_at, now)


def text(value: Any, longest: int) -> str:
    """A short text of one line, or nothing."""
    if not isinstance(value, str) or not value.isprintable():
        return ""
    return value.strip() if len(value) <= longest else ""
