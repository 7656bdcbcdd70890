"""CoinPaprika v1: one answer with two thousand coins, of which ours are taken."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from ticker.providers.answers import Listed, MarketQuote, change, fresh, moment, number, text
from ticker.providers.calling import get_list


class CoinPaprika:
    name = "CoinPaprika"
    attribution = "Source: CoinPaprika"
    attribution_url = "https://coinpaprika.com"
    identifier = "coinpaprika_id"
    has_weeks = False
    lag = timedelta(minutes=10)
    monthly_calls: int | None = 20_000

    def every(self, coins: int) -> int:
        return 300  # its prices are five to ten minutes old anyway

    def calls(self, coins: int) -> int:
        return 1

    def fetch(
        self, wanted: Mapping[str, str], now: datetime, *, with_week: bool = False
    ) -> dict[str, MarketQuote]:
        """Ask for coins by their identifiers. A bad coin spoils only itself. Raises
        PricesUnavailable.
        """
        found: dict[str, MarketQuote] = {}
        for row in get_list(f"{settings.PRICES_COINPAPRIKA_URL}/tickers", {"quotes": "USD"}):
            quote = _quote(row, now) if isinstance(row, dict) else None
            if quote and quote.coin_id in wanted:
                found.setdefault(quote.coin_id, quote)
        return found

    def listed(self) -> list[Listed]:
        """Every coin that can be asked for. Raises PricesUnavailable."""
        rows = get_list(f"{settings.PRICES_COINPAPRIKA_URL}/coins", {})
        found = (
            _listed(row) for row in rows if isinstance(row, dict) and row.get("is_active") is True
        )
        return [coin for coin in found if coin.identifier and coin.symbol and coin.name]


def _listed(row: dict[str, Any]) -> Listed:
    rank = number(row.get("rank"), below=Decimal(1_000_000))
    names = (
        text(row.get("id"), 120),
        text(row.get("symbol"), 40).upper(),
        text(row.get("name"), 200),
    )
    return Listed(*names, rank=int(rank) if rank else None)


def _quote(row: dict[str, Any], now: datetime) -> MarketQuote | None:
    """Return the row as a quote, or None if it has no believable price or time. A market value of 0
    is unknown.
    """
    quotes = row.get("quotes")
    dollars = quotes.get("USD") if isinstance(quotes, dict) else None
    if (
        not isinstance(dollars, dict)
        or not isinstance(row.get("symbol"), str)
        or not isinstance(row.get("id"), str)
    ):
        return None
    price = number(dollars.get("price"))
    quoted_at = fresh(moment(row.get("last_updated")), now)
    if price is None or quoted_at is None:
        return None
    return MarketQuote(
        coin_id=row["id"],
        symbol=row["symbol"].upper(),
        price=price,
        quoted_at=quoted_at,
        change_24h=change(number(dollars.get("percent_change_24h"), above=Decimal(-100))),
        market_value=number(dollars.get("market_cap")),
        volume_24h=number(dollars.get("volume_24h")),
        supply=number(row.get("circulating_supply")),
    )
