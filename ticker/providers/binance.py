"""Binance’s market data, the last resort: prices in USDT on one venue, without market values."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from ticker.providers.answers import (
    Listed,
    MarketQuote,
    change,
    fresh,
    moment_of_milliseconds,
    text,
    written_number,
)
from ticker.providers.calling import get_list
from ticker.providers.errors import PricesUnavailable

# What stands for the dollar there; a price in another currency would be another price.
QUOTED_IN = "USDT"


class Binance:
    name = "Binance"
    attribution = "Source: Binance, in USDT"
    attribution_url = "https://www.binance.com"
    identifier = "binance_symbol"
    has_weeks = False
    lag = timedelta()
    monthly_calls: int | None = None

    def every(self, coins: int) -> int:
        return 120

    def calls(self, coins: int) -> int:
        return 1

    def fetch(
        self, wanted: Mapping[str, str], now: datetime, *, with_week: bool = False
    ) -> dict[str, MarketQuote]:
        """Ask for pairs by their names; `wanted` gives each the symbol of its coin. Raises
        PricesUnavailable.
        """
        pairs = json.dumps(sorted(wanted), separators=(",", ":"))
        try:
            rows = self._rows("/ticker/24hr", {"symbols": pairs})
        except PricesUnavailable as error:
            if error.code != 400:
                raise
            # One pair that is gone fails the list, and is not named: then all there are, of which
            # ours are taken.
            rows = self._rows("/ticker/24hr", {})
        found: dict[str, MarketQuote] = {}
        for row in rows:
            pair = row.get("symbol") if isinstance(row, dict) else None
            quote = (
                _quote(row, pair, wanted[pair], now)
                if isinstance(pair, str) and pair in wanted
                else None
            )
            if quote:
                found.setdefault(quote.coin_id, quote)
        return found

    def listed(self) -> list[Listed]:
        """Every pair in USDT that can be asked for. Raises PricesUnavailable."""
        names = (
            text(row.get("symbol"), 40)
            for row in self._rows("/ticker/price", {})
            if isinstance(row, dict)
        )
        return [
            Listed(name, name.removesuffix(QUOTED_IN), name)
            for name in names
            if name.endswith(QUOTED_IN)
        ]

    def _rows(self, path: str, query: dict[str, str]) -> list[Any]:
        return get_list(f"{settings.PRICES_BINANCE_URL}{path}", query)


def _quote(row: dict[str, Any], pair: str, symbol: str, now: datetime) -> MarketQuote | None:
    """Return the row as a quote. All its numbers are texts; a pair names its coin, so that is its
    symbol.
    """
    price = written_number(row.get("lastPrice"))
    quoted_at = fresh(moment_of_milliseconds(row.get("closeTime")), now)
    if price is None or quoted_at is None or pair != symbol + QUOTED_IN:
        return None
    return MarketQuote(
        coin_id=pair,
        symbol=symbol,
        price=price,
        quoted_at=quoted_at,
        change_24h=change(written_number(row.get("priceChangePercent"), above=Decimal(-100))),
        high_24h=written_number(row.get("highPrice")),
        low_24h=written_number(row.get("lowPrice")),
        volume_24h=written_number(row.get("quoteVolume")),
    )
