"""CoinGecko v3 /coins/markets: the only file that knows its addresses, shapes and faults."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import requests
from django.conf import settings

from ticker.providers.errors import PricesUnavailable

NAME = "CoinGecko"
ATTRIBUTION = "Powered by CoinGecko API"
ATTRIBUTION_URL = "https://www.coingecko.com/en/api/"
TIMEOUT = (3, 10)  # seconds to connect, to read
LARGEST_ANSWER = 8_000_000  # bytes, after decompression
USER_AGENT = "newsroom-ticker/1.0"
WAIT_AFTER_429 = 60
WAIT_AFTER_REFUSAL = 600
OLDEST_FRESH = timedelta(minutes=30)
CLOCKS_DIFFER_BY = timedelta(minutes=5)


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
    week: tuple[Decimal, ...] = ()


def fetch(coin_ids: Iterable[str], *, now: datetime, with_week: bool = False) -> dict[str, MarketQuote]:
    """Ask once for all coins. Raises PricesUnavailable; a bad coin spoils only itself."""
    wanted = sorted(coin_ids)
    rows = _rows(_get(wanted, with_week))
    quotes: dict[str, MarketQuote] = {}
    for row in rows:
        quote = _quote(row, now)
        if quote and quote.coin_id in wanted:
            quotes.setdefault(quote.coin_id, quote)
    if len(quotes) * 2 < len(wanted):
        raise PricesUnavailable(f"Only {len(quotes)} of {len(wanted)} coins had a usable price.", WAIT_AFTER_REFUSAL)
    return quotes


def _get(coin_ids: list[str], with_week: bool) -> bytes:
    # The address stays the same from call to call, so that the provider’s own cache can answer.
    query = {"vs_currency": "usd", "ids": ",".join(coin_ids), "per_page": "250", "page": "1"}
    if with_week:
        query["sparkline"] = "true"
    headers = {"User-Agent": f"{USER_AGENT} (+{settings.SITE_URL})", "Accept": "application/json"}
    if settings.COINGECKO_API_KEY:
        headers["x-cg-demo-api-key"] = settings.COINGECKO_API_KEY
    try:
        with requests.get(
            f"{settings.PRICES_COINGECKO_URL}/coins/markets",
            params=query,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            _check(response)
            return _read(response)
    except requests.RequestException as error:
        raise PricesUnavailable(f"No answer: {type(error).__name__}.") from error


def _check(response: requests.Response) -> None:
    if response.status_code == 429:
        raise PricesUnavailable("Asked too often (429).", _retry_after(response))
    if response.status_code != 200:
        wait = WAIT_AFTER_REFUSAL if response.status_code < 500 else WAIT_AFTER_429
        raise PricesUnavailable(f"Answered with status {response.status_code}.", wait)
    if "json" not in response.headers.get("Content-Type", ""):
        raise PricesUnavailable("Answered with something that is not JSON.", WAIT_AFTER_REFUSAL)


def _retry_after(response: requests.Response) -> int:
    """Seconds to wait. None, nonsense and 0 have all been seen, and count as a minute."""
    value = response.headers.get("Retry-After", "")
    return min(max(int(value[:9]), WAIT_AFTER_429), 3600) if value.isdecimal() else WAIT_AFTER_429


def _read(response: requests.Response) -> bytes:
    parts, size = [], 0
    for part in response.iter_content(65_536):
        size += len(part)
        if size > LARGEST_ANSWER:
            raise PricesUnavailable("The answer is too large.", WAIT_AFTER_REFUSAL)
        parts.append(part)
    return b"".join(parts)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _rows(content: bytes) -> list[Any]:
    """Strict JSON: numbers become Decimal, NaN and Infinity are refused."""
    try:
        rows = json.loads(content, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise PricesUnavailable("The answer could not be read.", WAIT_AFTER_REFUSAL) from error
    if not isinstance(rows, list):
        raise PricesUnavailable("The answer has an unknown shape.", WAIT_AFTER_REFUSAL)
    return rows


def _quote(row: Any, now: datetime) -> MarketQuote | None:
    """Return the row as a quote, or None if it has no believable price or time."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("symbol"), str):
        return None
    price = _number(row.get("current_price"), above=Decimal(0))
    quoted_at = _moment(row.get("last_updated"))
    if price is None or quoted_at is None:
        return None
    if not now - OLDEST_FRESH <= quoted_at <= now + CLOCKS_DIFFER_BY:
        return None
    return MarketQuote(
        coin_id=row["id"],
        symbol=row["symbol"].upper(),
        price=price,
        quoted_at=min(quoted_at, now),
        change_24h=_change(row.get("price_change_percentage_24h")),
        high_24h=_number(row.get("high_24h"), above=Decimal(0)),
        low_24h=_number(row.get("low_24h"), above=Decimal(0)),
        market_value=_number(row.get("market_cap"), above=Decimal(0)),
        volume_24h=_number(row.get("total_volume"), above=Decimal(0)),
        supply=_number(row.get("circulating_supply"), above=Decimal(0)),
        week=_week(row.get("sparkline_in_7d")),
    )


LARGEST_NUMBER = Decimal("1e15")
SMALLEST_NUMBER = Decimal("1e-12")


def _number(value: Any, above: Decimal, below: Decimal = LARGEST_NUMBER) -> Decimal | None:
    """Return a Decimal strictly between the limits; booleans, texts and what we cannot store are None."""
    if not isinstance(value, Decimal) or not above < value < below:
        return None
    if value != 0 and abs(value) < SMALLEST_NUMBER:
        return None
    return value


def _change(value: Any) -> Decimal | None:
    """A change in per cent as it is stored, with four places: more than −100 after rounding, too."""
    change = _number(value, above=Decimal(-100), below=Decimal(10_000))
    rounded = change.quantize(Decimal("0.0001")) if change is not None else None
    return rounded if rounded is not None and rounded > -100 else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _week(value: Any) -> tuple[Decimal, ...]:
    prices = value.get("price") if isinstance(value, dict) else None
    if not isinstance(prices, list):
        return ()
    numbers = [_number(price, above=Decimal(0)) for price in prices[-200:]]
    return tuple(number for number in numbers if number is not None)
