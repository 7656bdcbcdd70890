"""CoinGecko v3: the only file that knows its addresses, shapes and plans."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.conf import settings

from ticker.providers.answers import (
    Listed,
    MarketQuote,
    change,
    fresh,
    moment,
    moment_of_milliseconds,
    number,
    text,
)
from ticker.providers.calling import WAIT_AFTER_REFUSAL, as_list, get_json
from ticker.providers.errors import PricesUnavailable

MOST_AT_ONCE = 250
BETWEEN_CALLS = 10  # seconds, where the coins do not fit in one
MOST_HOURS = 200
YEAR = 365  # days; what is older needs a paid plan
KEY_HEADERS = {"demo": "x-cg-demo-api-key", "pro": "x-cg-pro-api-key"}
# Seconds between two rounds, and calls in a month; of paid plans only the owner knows the number.
EVERY = {"keyless": 120, "demo": 300, "pro": 60}
MONTHLY = {"keyless": None, "demo": 10_000, "pro": None}


class CoinGecko:
    name = "CoinGecko"
    attribution = "Powered by CoinGecko API"
    attribution_url = "https://www.coingecko.com/en/api/"
    identifier = "coingecko_id"
    has_weeks = True
    lag = timedelta()

    @property
    def plan(self) -> str:
        return settings.COINGECKO_PLAN if settings.COINGECKO_API_KEY else "keyless"

    @property
    def monthly_calls(self) -> int | None:
        return settings.COINGECKO_MONTHLY_CALLS or MONTHLY[self.plan]

    def every(self, coins: int) -> int:
        """Seconds between two rounds for so many coins."""
        calls = self.calls(coins)
        return (
            EVERY[self.plan] * (calls + 1) // 2
            if self.plan == "keyless"
            else EVERY[self.plan] * calls
        )

    def calls(self, coins: int) -> int:
        """Of one round."""
        return max(1, -(-coins // MOST_AT_ONCE))

    def fetch(
        self, wanted: Mapping[str, str], now: datetime, *, with_week: bool = False
    ) -> dict[str, MarketQuote]:
        """Ask for coins by their identifiers. A bad coin spoils only itself. Raises
        PricesUnavailable.
        """
        identifiers, found = sorted(wanted), dict[str, MarketQuote]()
        for start in range(0, len(identifiers), MOST_AT_ONCE):
            if start:
                time.sleep(BETWEEN_CALLS)
            for row in self._markets(identifiers[start : start + MOST_AT_ONCE], with_week):
                market = _quote(row, now)
                if market and market.coin_id in wanted:
                    found.setdefault(market.coin_id, market)
        return found

    def _markets(self, identifiers: list[str], with_week: bool) -> list[Any]:
        # The address stays the same from call to call, so that the provider’s own cache can answer.
        query = {
            "vs_currency": "usd",
            "ids": ",".join(identifiers),
            "per_page": str(MOST_AT_ONCE),
            "page": "1",
        }
        return as_list(
            self._get("/coins/markets", query | ({"sparkline": "true"} if with_week else {}))
        )

    def history(self, identifier: str) -> list[tuple[datetime, Decimal]]:
        """A price for each day of a year, as it was at midnight, and the newest. Raises
        PricesUnavailable.
        """
        query = {"vs_currency": "usd", "days": str(YEAR), "interval": "daily"}
        answer = self._get(f"/coins/{quote(identifier, safe='')}/market_chart", query)
        rows = answer.get("prices") if isinstance(answer, dict) else None
        found: dict[datetime, Decimal] = {}
        for row in as_list(rows):
            if isinstance(row, list) and len(row) == 2:
                at, price = moment_of_milliseconds(row[0]), number(row[1])
                if at is not None and price is not None:
                    found[at] = price
        if len(found) < 2:
            raise PricesUnavailable("The answer has no prices for days.", WAIT_AFTER_REFUSAL)
        return sorted(found.items())[-YEAR - 2 :]

    def listed(self) -> list[Listed]:
        """Every coin that can be asked for. Raises PricesUnavailable."""
        rows = as_list(self._get("/coins/list", {}))
        found = (
            Listed(
                text(row.get("id"), 120),
                text(row.get("symbol"), 40).upper(),
                text(row.get("name"), 200),
            )
            for row in rows
            if isinstance(row, dict)
        )
        return [coin for coin in found if coin.identifier and coin.symbol and coin.name]

    def _get(self, path: str, query: dict[str, str]) -> Any:
        key = settings.COINGECKO_API_KEY
        headers = {KEY_HEADERS[self.plan]: key} if key else {}
        return get_json(f"{settings.PRICES_COINGECKO_URL}{path}", query, headers)


def _quote(row: Any, now: datetime) -> MarketQuote | None:
    """Return the row as a quote, or None if it has no believable price or time."""
    if (
        not isinstance(row, dict)
        or not isinstance(row.get("id"), str)
        or not isinstance(row.get("symbol"), str)
    ):
        return None
    price = number(row.get("current_price"))
    quoted_at = fresh(moment(row.get("last_updated")), now)
    if price is None or quoted_at is None:
        return None
    return MarketQuote(
        coin_id=row["id"],
        symbol=row["symbol"].upper(),
        price=price,
        quoted_at=quoted_at,
        change_24h=change(number(row.get("price_change_percentage_24h"), above=Decimal(-100))),
        high_24h=number(row.get("high_24h")),
        low_24h=number(row.get("low_24h")),
        market_value=number(row.get("market_cap")),
        volume_24h=number(row.get("total_volume")),
        supply=number(row.get("circulating_supply")),
        week=_week(row.get("sparkline_in_7d")),
    )


def _week(value: Any) -> tuple[Decimal | None, ...]:
    """Hourly prices; an hour without one keeps its place."""
    prices = value.get("price") if isinstance(value, dict) else None
    if not isinstance(prices, list):
        return ()
    return tuple(number(price) for price in prices[-MOST_HOURS:])
