"""Three coins and the three sources of their prices, on a real server."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from werkzeug import Request, Response

from ticker.models import Coin

from ..factories import CoinFactory, QuoteFactory
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


@pytest.fixture
def quoted(coins: list[Coin]) -> list[Coin]:
    QuoteFactory(coin=coins[0], price=60_000, change_24h=Decimal("-2"), market_value=30)
    QuoteFactory(coin=coins[1], price=1_500, change_24h=Decimal("3"), market_value=None)
    QuoteFactory(coin=coins[2], price=130, change_24h=Decimal("0.01"), market_value=20)
    return coins


def page_of(client: Any, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def rows(page: str) -> list[str]:
    """Symbols in the table of a page, from its top."""
    table = page[
        page.index("<tbody>", page.index('class="table')) : page.index(
            "</table>", page.index('class="table')
        )
    ]
    return re.findall(r'data-symbol="(\w+)"', table)


class Sources:
    """The answers of the sources, until they are changed; and the requests they got."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._answers: dict[str, Callable[[], Response]] = {}
        for name, place in PLACES.items():
            server.expect_request(place).respond_with_handler(self._handler(name))

    def _handler(self, name: str) -> Callable[[Request], Response]:
        return lambda request: self._answers.get(name, price_sources.FAULTS["503"])()

    def answer(self, name: str, content: Any) -> None:
        """`content`: what JSON says, or something that makes a whole answer."""
        self._answers[name] = (
            content if callable(content) else lambda: price_sources.as_json(content)
        )

    def asked(self, name: str) -> list[Request]:
        return [request for request, _ in self._server.log if request.path == PLACES[name]]

    @property
    def calls(self) -> int:
        return len(self._server.log)


@pytest.fixture
def sources(httpserver: Any, settings: Any) -> Sources:
    for name, folder in (
        ("COINGECKO", "gecko"),
        ("COINPAPRIKA", "paprika"),
        ("BINANCE", "binance"),
    ):
        setattr(settings, f"PRICES_{name}_URL", httpserver.url_for(f"/{folder}"))
    return Sources(httpserver)


@pytest.fixture
def demo_plan(settings: Any) -> None:
    settings.COINGECKO_API_KEY, settings.COINGECKO_PLAN = "a-key", "demo"
