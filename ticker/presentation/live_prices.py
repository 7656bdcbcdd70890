"""Prices as parts of pages with a life of their own: the strip, tables, chips in texts, the price since a
story came out. Each is made once for all pages that show it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.template.loader import render_to_string

from pagecache import add_tags, live_parts, table_tag
from ticker.models import Coin


def connect() -> None:
    live_parts.register("strip", _strip)
    live_parts.register("market", _market)
    live_parts.register("strip-market", _strip_market)
    live_parts.register("chip", _chip)
    live_parts.register("since", _since)


def strip() -> str:
    return live_parts.show("strip")


def market(coins: Sequence[Coin]) -> str:
    return live_parts.show(f"market:{','.join(coin.symbol for coin in coins)}")


def strip_market(most: int) -> str:
    """The table of the first coins of the strip."""
    return live_parts.show(f"strip-market:{most}")


def chip(coin: Coin) -> str:
    return live_parts.show(f"chip:{coin.symbol}")


def since(coin: Coin, price_then: Decimal, published_at: datetime) -> str:
    """The price of a coin against the one that it had when a story came out."""
    return live_parts.show(f"since:{coin.symbol}:{price_then}:{int(published_at.timestamp())}")


def _strip(_: str) -> str:
    add_tags(table_tag(Coin))  # Of a strip without coins, too.
    return render_to_string("ticker/_strip.html", {"coins": list(Coin.objects.on_strip())})


def _market(symbols: str) -> str:
    wanted = symbols.split(",")
    found = {
        coin.symbol: coin for coin in _with_quotes().filter(symbol__in=wanted).defer("quote__week")
    }
    coins = [found[symbol] for symbol in wanted if symbol in found]
    return render_to_string("ticker/_market.html", {"coins": coins})


def _strip_market(most: str) -> str:
    add_tags(table_tag(Coin))
    coins = list(Coin.objects.on_strip()[: int(most)])
    return render_to_string("ticker/_market.html", {"coins": coins})


def _chip(symbol: str) -> str:
    coin = _with_quotes().filter(symbol=symbol).first()
    return render_to_string("ticker/_chip.html", {"coin": coin}) if coin else ""


def _since(told: str) -> str:
    symbol, price, published = told.split(":")
    coin = _with_quotes().filter(symbol=symbol).first()
    context = {
        "coin": coin,
        "price_then": Decimal(price),
        "published_at": datetime.fromtimestamp(int(published), UTC),
    }
    return render_to_string("ticker/_since.html", context) if coin else ""


def _with_quotes() -> QuerySet[Coin]:
    return Coin.objects.select_related("quote").defer("quote__week").order_by()
