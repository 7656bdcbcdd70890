"""Three coins and the three sources of their prices, on a real server."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug import Request, Response

from ticker.models import Coin

from ..factories import CoinFactory
from . import price_sources

PLACES = {
    "CoinGecko": "/gecko/coins/markets",
    "CoinPaprika": "/paprika/tickers",
    "Binance": "/binance/ticker/24hr",
    "CoinGecko’s list": "/gecko/coins/list",
    "CoinPaprika’s list": "/paprika/coins",
    "Binance’s list": "/binance/ticker/price",
    "a year": "/gecko/coins/bitcoin/market_chart",
}


@pytest.fixture
def coins(noon: Any) -> list[Coin]:
    Coin.objects.all().delete()
    names = {"BTC": "Bitcoin", "ETH": "Ethereum", "SOL": "Solana"}
    return [
        CoinFactory(
            symbol=symbol,
            name=name,
            coinpaprika_id=f"{symbol.lower()}-{name.lower()}",
            binance_symbol=f"{symbol}USDT",
            position=position,
        )
        for position, (symbol, name) in enumerate(names.items(), start=1)
    ]


class Sources:
    """What the sources answer, until that is changed; and what they were asked."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._answers: dict[str, Callable[[], Response]] = {}
        for name, place in PLACES.items():
            server.expect_request(place).respond_with_handler(self._handler(name))

    def _handler(self, name: str) -> Callable[[Request], Response]:
        return lambda request: self._answers.get(name, price_sources.FAULTS["503"])()

    def answer(self, name: str, content: Any) -> None:
        """`content`: what JSON says, or something that makes a whole answer."""
        self._answers[name] = content if callable(content) else lambda: price_sources.as_json(content)

    def asked(self, name: str) -> list[Request]:
        return [request for request, _ in self._server.log if request.path == PLACES[name]]

    @property
    def calls(self) -> int:
        return len(self._server.log)


@pytest.fixture
def sources(httpserver: Any, settings: Any) -> Sources:
    for name, folder in (("COINGECKO", "gecko"), ("COINPAPRIKA", "paprika"), ("BINANCE", "binance")):
        setattr(settings, f"PRICES_{name}_URL", httpserver.url_for(f"/{folder}"))
    return Sources(httpserver)


@pytest.fixture
def demo_plan(settings: Any) -> None:
    settings.COINGECKO_API_KEY, settings.COINGECKO_PLAN = "a-key", "demo"
