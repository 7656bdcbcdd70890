"""The table of the prices page: which coins, in which order, and the links that change either."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from ticker.models import Coin, Quote
from ticker.presentation.numbers import direction
from ticker.presentation.shown_prices import shown_quote

LONGEST_NAME = 40


@dataclass(frozen=True)
class Key:
    """Something to sort by. `falls`: the first press puts the largest on top."""

    label: str
    said: str
    value: Callable[[Coin, Quote | None], Any]
    falls: bool = True


def _figure(name: str) -> Callable[[Coin, Quote | None], Decimal | None]:
    return lambda coin, quote: getattr(quote, name) if quote else None


KEYS = {
    "name": Key("Coin", "by name", lambda coin, quote: coin.name.casefold(), falls=False),
    "price": Key("Price", "by price", _figure("price")),
    "change": Key("24 h", "by change over 24 hours", _figure("change_24h")),
    "value": Key("Market cap", "by market value", _figure("market_value")),
    "volume": Key("Volume, 24 h", "by volume", _figure("volume_24h")),
}
COLUMNS = ("name", "price", "change", "24 h low", "24 h high", "value", "volume", "7 days")
SHOWN = {"": "All", "rising": "Rising", "falling": "Falling"}
_DIRECTIONS = {"rising": "up", "falling": "down"}


@dataclass(frozen=True)
class Column:
    label: str
    is_first: bool = False
    url: str = ""
    sorted: str = ""  # as aria-sort wants it


@dataclass(frozen=True)
class SortLink:
    label: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Table:
    """A request for a table. `sort` is a key, with a minus for the other way round; empty: in the
    desk’s order.
    """

    sort: str = ""
    shown: str = ""
    named: str = ""
    is_mine: bool = False  # as this browser chose

    @property
    def is_known(self) -> bool:
        return (
            self.sort.removeprefix("-") in {"", *KEYS} and self.shown in SHOWN and self.sort != "-"
        )

    @property
    def sorted_by(self) -> str:
        key = KEYS.get(self.sort.removeprefix("-"))
        return f"{key.said}, {'falling' if self._falls(key) else 'rising'}" if key else ""

    def _falls(self, key: Key) -> bool:
        return key.falls != self.sort.startswith("-")

    def rows(self, coins: Iterable[Coin]) -> list[Coin]:
        """The coins in their order. Those whose figure nobody knows come last, whichever way it
        goes.
        """
        found = [coin for coin in coins if self._has(coin)]
        key = KEYS.get(self.sort.removeprefix("-"))
        if key is None:
            return found
        valued = [(key.value(coin, shown_quote(coin)), coin) for coin in found]
        known = sorted(
            (pair for pair in valued if pair[0] is not None),
            key=lambda pair: pair[0],
            reverse=self._falls(key),
        )
        return [coin for _, coin in known] + [coin for value, coin in valued if value is None]

    def _has(self, coin: Coin) -> bool:
        words = self.named.casefold()
        if words and words not in coin.name.casefold() and words not in coin.symbol.casefold():
            return False
        quote = shown_quote(coin)
        moves = direction(quote.change_24h) if quote and quote.change_24h is not None else ""
        return not self.shown or moves == _DIRECTIONS[self.shown]

    def columns(self) -> list[Column]:
        return [self._column(name, is_first=index == 0) for index, name in enumerate(COLUMNS)]

    def _column(self, name: str, *, is_first: bool) -> Column:
        key = KEYS.get(name)
        if key is None:
            return Column(name)
        is_chosen = self.sort.removeprefix("-") == name
        if not is_chosen:
            return Column(key.label, is_first, self._url(sort=name))
        other_way = name if self.sort.startswith("-") else f"-{name}"
        return Column(
            key.label,
            is_first,
            self._url(sort=other_way),
            "descending" if self._falls(key) else "ascending",
        )

    def choices(self) -> list[SortLink]:
        return [
            SortLink(label, self._url(shown=shown), shown == self.shown)
            for shown, label in SHOWN.items()
        ]

    def _url(self, **changed: str) -> str:
        asked = {"sort": self.sort, "shown": self.shown, "named": self.named} | changed
        kept = {name: value for name, value in asked.items() if value} | (
            {"mine": "1"} if self.is_mine else {}
        )
        return reverse("prices") + (f"?{urlencode(kept)}" if kept else "")
