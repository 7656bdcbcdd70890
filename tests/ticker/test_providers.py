"""Each source by itself: its documented shape becomes plain data, and nothing else does."""

import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core import http_client
from ticker.providers import BINANCE, COINGECKO, COINPAPRIKA
from ticker.providers.errors import PricesUnavailable

from . import price_sources as upstream

GECKO = {"bitcoin": "BTC", "ethereum": "ETH", "solana": "SOL"}
PAPRIKA = {"btc-bitcoin": "BTC", "eth-ethereum": "ETH", "sol-solana": "SOL"}
BINANCES = {"BTCUSDT": "BTC", "ETHUSDT": "ETH", "SOLUSDT": "SOL"}


def test_coingecko_is_asked_once_for_all_at_an_address_that_stays(sources, noon):
    sources.answer("CoinGecko", upstream.gecko(timezone.now()))
    found = COINGECKO.fetch(GECKO, timezone.now())
    (request,) = sources.asked("CoinGecko")
    assert request.args["ids"] == "bitcoin,ethereum,solana"
    assert request.headers["User-Agent"].startswith("newsroom-ticker/")
    assert not [name for name in request.headers if name[0].lower().startswith("x-cg")]
    bitcoin = found["bitcoin"]
    assert (bitcoin.symbol, bitcoin.price, bitcoin.quoted_at) == (
        "BTC",
        Decimal(61262),
        timezone.now(),
    )
    assert (bitcoin.change_24h, bitcoin.supply) == (Decimal("0.4587"), Decimal("20118006.0"))


@pytest.mark.parametrize(
    ("plan", "header"), [("demo", "x-cg-demo-api-key"), ("pro", "x-cg-pro-api-key")]
)
def test_the_key_goes_with_its_plan(sources, noon, settings, plan, header):
    settings.COINGECKO_API_KEY, settings.COINGECKO_PLAN = "a-key", plan
    sources.answer("CoinGecko", upstream.gecko(timezone.now()))
    COINGECKO.fetch(GECKO, timezone.now())
    assert sources.asked("CoinGecko")[0].headers[header] == "a-key"


def test_a_tiny_price_is_read_as_it_is_written(sources, noon):
    rows = upstream.gecko(timezone.now(), SOL={"current_price": 1e-05})
    sources.answer("CoinGecko", rows)
    assert COINGECKO.fetch(GECKO, timezone.now())["solana"].price == Decimal("0.00001")


def test_more_coins_than_one_call_holds_take_two(sources, noon, monkeypatch):
    monkeypatch.setattr("ticker.providers.coingecko.BETWEEN_CALLS", 0)
    sources.answer("CoinGecko", upstream.gecko(timezone.now()))
    wanted = GECKO | {f"coin-{number}": "X" for number in range(300)}
    assert set(COINGECKO.fetch(wanted, timezone.now())) == set(GECKO)
    assert len(sources.asked("CoinGecko")) == COINGECKO.calls(len(wanted)) == 2
    assert COINGECKO.every(17) == COINGECKO.every(250) == 120
    assert COINGECKO.every(251) == 180


def test_coinpaprika_gives_ours_out_of_all_it_has(sources, noon):
    sources.answer("CoinPaprika", upstream.paprika(timezone.now(), ETH={"market_cap": 0}))
    found = COINPAPRIKA.fetch(PAPRIKA, timezone.now())
    assert set(found) == set(PAPRIKA)
    assert found["btc-bitcoin"].change_24h == Decimal("-8.9100")
    assert found["eth-ethereum"].market_value is None  # nought means unknown
    assert found["sol-solana"].supply is None


def test_binance_writes_its_numbers_as_texts(sources, noon):
    sources.answer("Binance", upstream.binance(timezone.now()))
    found = BINANCE.fetch(BINANCES, timezone.now())
    assert sources.asked("Binance")[0].args["symbols"] == '["BTCUSDT","ETHUSDT","SOLUSDT"]'
    assert found["BTCUSDT"].price == Decimal("61262.00000000")
    assert found["BTCUSDT"].symbol == "BTC"
    assert found["BTCUSDT"].market_value is None


@pytest.mark.parametrize(
    "bad", ["NaN", "Infinity", "-1", "0", "", "1e400", "0x10", None, 61262, True, "9" * 80]
)
def test_a_price_of_binance_that_is_none_spoils_only_its_coin(sources, noon, bad):
    sources.answer("Binance", upstream.binance(timezone.now(), BTC={"lastPrice": bad}))
    assert set(BINANCE.fetch(BINANCES, timezone.now())) == {"ETHUSDT", "SOLUSDT"}


@pytest.mark.parametrize("bad", [None, "yesterday", -1, 10**30, True, {"at": 1}])
def test_a_time_of_binance_that_is_none_spoils_only_its_coin(sources, noon, bad):
    sources.answer("Binance", upstream.binance(timezone.now(), BTC={"closeTime": bad}))
    assert set(BINANCE.fetch(BINANCES, timezone.now())) == {"ETHUSDT", "SOLUSDT"}


def test_a_pair_that_is_gone_does_not_fail_the_others(sources, noon, httpserver):
    asked = []

    def answer():
        asked.append(1)
        gone = len(asked) == 1
        return (
            upstream.as_json({"code": -1121, "msg": "Invalid symbol."}, 400)
            if gone
            else upstream.as_json(rows)
        )

    rows = [*upstream.binance(timezone.now())[1:], {"symbol": "BTCEUR", "lastPrice": "50000.0"}]
    sources.answer("Binance", answer)
    assert set(BINANCE.fetch(BINANCES, timezone.now())) == {"ETHUSDT", "SOLUSDT"}
    assert "symbols" not in sources.asked("Binance")[1].args


@pytest.mark.parametrize(
    "row", [{"id": ["btc-bitcoin"]}, {"id": {}}, {}, None, {"id": "btc-bitcoin", "quotes": []}]
)
def test_a_row_of_coinpaprika_that_is_none_spoils_only_itself(sources, noon, row):
    sources.answer("CoinPaprika", [row, *upstream.paprika(timezone.now())])
    assert set(COINPAPRIKA.fetch(PAPRIKA, timezone.now())) == set(PAPRIKA)


@pytest.mark.parametrize("bad", [None, 0, -1, "61262", True, 1e200, {}, [1]])
def test_a_price_of_coinpaprika_that_is_none_spoils_only_its_coin(sources, noon, bad):
    sources.answer("CoinPaprika", upstream.paprika(timezone.now(), BTC={"price": bad}))
    assert set(COINPAPRIKA.fetch(PAPRIKA, timezone.now())) == {"eth-ethereum", "sol-solana"}


@pytest.mark.parametrize("fault", upstream.BAD_COINS)
def test_a_bad_coin_of_coingecko_spoils_only_itself(sources, noon, fault):
    sources.answer("CoinGecko", upstream.gecko(timezone.now(), BTC=upstream.BAD_COINS[fault]))
    found = COINGECKO.fetch(GECKO, timezone.now())
    assert {coin: quote for coin, quote in found.items() if quote.symbol == GECKO[coin]}.keys() == {
        "ethereum",
        "solana",
    }


@pytest.mark.parametrize("fault", sorted(set(upstream.FAULTS) - {"empty", "an endless number"}))
@pytest.mark.parametrize("source", ["CoinGecko", "CoinPaprika", "Binance"])
def test_what_is_no_answer_is_none_of_any_source(sources, noon, fault, source):
    provider, wanted = {
        "CoinGecko": (COINGECKO, GECKO),
        "CoinPaprika": (COINPAPRIKA, PAPRIKA),
        "Binance": (BINANCE, BINANCES),
    }[source]
    sources.answer(source, upstream.FAULTS[fault])
    with pytest.raises(PricesUnavailable) as raised:
        provider.fetch(wanted, timezone.now())
    assert 60 <= raised.value.wait <= 6 * 3600
    assert len(str(raised.value)) < 100


@pytest.mark.parametrize(
    ("written", "wait"), [("119", 119), ("0", 60), ("soon", 60), ("-5", 60), ("999999", 6 * 3600)]
)
def test_retry_after_is_obeyed_within_reason(sources, noon, written, wait):
    sources.answer("CoinGecko", lambda: upstream.as_json({}, 429, Retry_After=written))
    with pytest.raises(PricesUnavailable) as raised:
        COINGECKO.fetch(GECKO, timezone.now())
    assert raised.value.wait == wait


def test_of_a_coin_that_comes_twice_the_first_counts(sources, noon):
    now = timezone.now()
    sources.answer(
        "CoinGecko", [*upstream.gecko(now), upstream.gecko_row("BTC", now, current_price=1)]
    )
    assert COINGECKO.fetch(GECKO, now)["bitcoin"].price == 61262


def test_a_time_slightly_ahead_is_now(sources, noon):
    ahead = timezone.now() + timedelta(minutes=4)
    sources.answer("CoinGecko", upstream.gecko(ahead))
    assert COINGECKO.fetch(GECKO, timezone.now())["bitcoin"].quoted_at == timezone.now()


@contextmanager
def raw_server(talk):
    """A server that does to each connection whatever `talk` does."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def run():
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                talk(connection, stopped)

    thread = threading.Thread(target=run)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    stopped.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def reset(connection, stopped):
    connection.recv(1000)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def drip(connection, stopped, head=b"HTTP/1.1 200 OK\r\nX-Slow: "):
    connection.recv(1000)
    try:
        connection.sendall(head)
        while not stopped.wait(0.05):
            connection.sendall(b"a")
    except OSError:
        pass


def drip_body(connection, stopped):
    drip(
        connection,
        stopped,
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n[",
    )


def stop_half_way(connection, stopped):
    connection.recv(1000)
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n["
    )


@pytest.mark.parametrize("talk", [reset, drip, drip_body, stop_half_way])
def test_who_hangs_up_or_dawdles_is_not_waited_for(settings, monkeypatch, talk):
    monkeypatch.setattr(http_client, "LONGEST", 0.3)
    monkeypatch.setattr(http_client, "CONNECT_TIMEOUT", 0.2)
    monkeypatch.setattr(http_client, "READ_TIMEOUT", 0.5)
    with raw_server(talk) as url:
        settings.PRICES_COINGECKO_URL = url
        started = time.monotonic()
        with pytest.raises(PricesUnavailable):
            COINGECKO.fetch(GECKO, timezone.now())
        assert time.monotonic() - started < 5  # a drip lasts until the server is stopped
