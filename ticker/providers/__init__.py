"""Price providers, in the order in which they are asked: each next one only while those before it
are down.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from ticker.providers.answers import Listed, MarketQuote
from ticker.providers.binance import Binance
from ticker.providers.coingecko import CoinGecko
from ticker.providers.coinpaprika import CoinPaprika


class Provider(Protocol):
    @property
    def name(self) -> str: ...

    # As its terms want it to be named beside its prices.
    @property
    def attribution(self) -> str: ...
    @property
    def attribution_url(self) -> str: ...

    # Which field of a coin has its name there.
    @property
    def identifier(self) -> str: ...
    @property
    def has_weeks(self) -> bool: ...

    # How old its newest prices usually are.
    @property
    def lag(self) -> timedelta: ...

    # None where the plan sets no number.
    @property
    def monthly_calls(self) -> int | None: ...
    def every(self, coins: int) -> int: ...
    def calls(self, coins: int) -> int: ...
    def listed(self) -> list[Listed]: ...
    def fetch(
        self, wanted: Mapping[str, str], now: datetime, *, with_week: bool = False
    ) -> dict[str, MarketQuote]: ...


COINGECKO, COINPAPRIKA, BINANCE = CoinGecko(), CoinPaprika(), Binance()
PROVIDERS: tuple[Provider, ...] = (COINGECKO, COINPAPRIKA, BINANCE)
BY_NAME: dict[str, Provider] = {provider.name: provider for provider in PROVIDERS}

__all__ = ["BINANCE", "BY_NAME", "COINGECKO", "COINPAPRIKA", "PROVIDERS", "MarketQuote", "Provider"]
