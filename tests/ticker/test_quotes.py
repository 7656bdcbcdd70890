"""Prices from a real HTTP server: good answers are kept with their time, bad ones change nothing."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ticker import quotes
from ticker.models import Coin, PriceSource, Quote

from ..factories import CoinFactory, QuoteFactory
from . import coingecko_server as upstream

pytestmark = pytest.mark.django_db


@pytest.fixture
def coins(noon):
    Coin.objects.all().delete()
    return [
        CoinFactory(name="Bitcoin", symbol="BTC"),
        CoinFactory(name="Ethereum", symbol="ETH"),
        CoinFactory(name="Solana", symbol="SOL"),
    ]


@pytest.fixture
def provider(httpserver, settings):
    settings.PRICES_COINGECKO_URL = httpserver.url_for("").rstrip("/")

    def answer(content, status=200, content_type="application/json", headers=None):
        httpserver.clear_all_handlers()
        httpserver.expect_request("/coins/markets").respond_with_data(
            content if isinstance(content, str | bytes) else json.dumps(content),
            status=status,
            content_type=content_type,
            headers=headers,
        )

    answer.log = httpserver.log
    return answer


def test_one_call_brings_all_coins_with_time_and_source(coins, provider):
    provider(upstream.body(timezone.now()))
    assert quotes.refresh().updated == 3
    request = provider.log[0][0]
    assert request.args["ids"] == "bitcoin,ethereum,solana"
    assert request.headers["User-Agent"].startswith("newsroom-ticker/")
    quote = Quote.objects.get(coin__symbol="BTC")
    assert (quote.price, quote.source, quote.quoted_at) == (Decimal(61262), "CoinGecko", timezone.now())
    assert quote.change_24h == Decimal("0.4587")
    assert not quote.is_sample


def test_a_live_price_takes_the_place_of_the_sample(coins, provider):
    QuoteFactory(coin=coins[0], is_sample=True, source="sample")
    provider(upstream.body(timezone.now()))
    quotes.refresh()
    assert not Quote.objects.get(coin=coins[0]).is_sample


def test_the_week_comes_once_an_hour(coins, provider, noon):
    provider(upstream.body(timezone.now(), bitcoin={"sparkline_in_7d": {"price": [1, 2.5, 1e-7]}}))
    quotes.refresh()
    assert provider.log[-1][0].args["sparkline"] == "true"
    assert Quote.objects.get(coin=coins[0]).week == ["1", "2.5", "0.0000001"]
    noon.shift(120)
    provider(upstream.body(timezone.now()))
    quotes.refresh()
    assert "sparkline" not in provider.log[-1][0].args
    assert Quote.objects.get(coin=coins[0]).week == ["1", "2.5", "0.0000001"]


BAD_ANSWERS = {
    "throttled by JSON": (upstream.THROTTLED_JSON, 429, "application/json"),
    "throttled by text": ("Throttled", 429, "text/plain"),
    "blocked by a CDN": (upstream.CLOUDFLARE_PAGE, 403, "text/html"),
    "a page with status 200": (upstream.CLOUDFLARE_PAGE, 200, "text/html"),
    "cut off": ('[{"id": "bitcoin", "symbol": "btc", "current_pr', 200, "application/json"),
    "not a list": ({"error": "Missing parameter vs_currency"}, 200, "application/json"),
    "empty": ([], 200, "application/json"),
    "infinite": ('[{"id": "bitcoin", "symbol": "btc", "current_price": Infinity}]', 200, "application/json"),
    "a failure of theirs": ("", 503, "application/json"),
    "a redirect": ("", 302, "application/json"),
    "too large": ("[" + " " * 8_100_000 + "]", 200, "application/json"),
    "deep": ("[" * 100_000, 200, "application/json"),
}


@pytest.mark.parametrize("fault", BAD_ANSWERS)
def test_a_bad_answer_keeps_the_last_good_price_and_its_time(coins, provider, fault, noon):
    provider(upstream.body(timezone.now()))
    quotes.refresh()
    before = list(Quote.objects.order_by("pk").values())
    noon.shift(120)
    provider(*BAD_ANSWERS[fault])
    done = quotes.refresh()
    assert done.updated == 0
    assert done.error
    assert list(Quote.objects.order_by("pk").values()) == before


def test_no_answer_at_all_keeps_everything(coins, settings):
    settings.PRICES_COINGECKO_URL = "http://127.0.0.1:9"
    QuoteFactory(coin=coins[0], price=100)
    assert "No answer" in quotes.refresh().error
    assert Quote.objects.get().price == 100


@pytest.mark.parametrize(
    "bad",
    [
        {"current_price": None},
        {"current_price": 0},
        {"current_price": -5},
        {"current_price": "61262"},
        {"current_price": True},
        {"current_price": 1e200},
        {"symbol": "xbt"},
        {"symbol": None},
        {"last_updated": None},
        {"last_updated": "yesterday"},
        {"last_updated": "2031-01-01T00:00:00Z"},
        {"last_updated": "2020-01-01T00:00:00Z"},
        {"id": "bitcoin-cash-2"},
    ],
)
def test_a_bad_coin_spoils_only_itself(coins, provider, bad, noon):
    QuoteFactory(coin=coins[0], price=100)
    provider(upstream.body(timezone.now(), bitcoin=bad))
    assert quotes.refresh().updated == 2
    assert Quote.objects.get(coin=coins[0]).price == 100


@pytest.mark.parametrize("change", [None, "up", 10_000, -100, -250])
def test_a_change_nobody_can_believe_is_unknown(coins, provider, change):
    provider(upstream.body(timezone.now(), bitcoin={"price_change_percentage_24h": change}))
    quotes.refresh()
    assert Quote.objects.get(coin=coins[0]).change_24h is None


def test_of_a_coin_that_comes_twice_the_first_counts(coins, provider):
    now = timezone.now()
    provider([*upstream.rows(now), upstream.row("bitcoin", now, current_price=1)])
    quotes.refresh()
    assert Quote.objects.get(coin=coins[0]).price == 61262


@pytest.mark.parametrize(("header", "seconds"), [("119", 119), ("0", 60), (None, 60), ("soon", 60)])
def test_after_429_the_provider_is_left_alone(coins, provider, header, seconds, noon):
    provider(upstream.THROTTLED_JSON, 429, headers={"Retry-After": header} if header else None)
    quotes.refresh()
    noon.shift(seconds - 1)
    assert quotes.refresh().waiting
    assert len(provider.log) == 1
    noon.shift(1)
    provider(upstream.body(timezone.now()))
    assert quotes.refresh().updated == 3
    assert PriceSource.objects.get().failures == 0


def test_failures_in_a_row_wait_longer_up_to_a_quarter_of_an_hour(coins, provider):
    provider("", 503)
    waits = []
    for _ in range(8):
        quotes.refresh(force=True)
        waits.append((PriceSource.objects.get().next_try_at - timezone.now()).total_seconds())
    assert waits == [60, 120, 240, 480, 900, 900, 900, 900]


def test_the_key_is_sent_when_there_is_one(coins, provider, settings):
    settings.COINGECKO_API_KEY = "demo-key"
    provider(upstream.body(timezone.now()))
    quotes.refresh()
    assert provider.log[0][0].headers["x-cg-demo-api-key"] == "demo-key"


def test_the_command_says_what_happened(coins, provider, capsys):
    provider(upstream.body(timezone.now(), solana={"current_price": None}))
    call_command("refresh_quotes")
    assert capsys.readouterr().out == "2 prices updated. Without a usable price: SOL.\n"
    provider("", 503)
    with pytest.raises(CommandError, match="The last good ones stay"):
        call_command("refresh_quotes")


def test_the_strip_says_how_old_its_prices_are(client, coins, noon):
    QuoteFactory(coin=coins[0])
    assert "As of" in client.get("/newsletter/").content.decode()
    noon.shift(quotes.DELAYED_AFTER + timedelta(seconds=1))
    page = client.get("/newsletter/").content.decode()
    assert "<b>Delayed</b>, as of" in page
    assert "$97,412" in page
    noon.shift(quotes.HIDDEN_AFTER)
    page = client.get("/newsletter/").content.decode()
    assert "$97,412" not in page
    assert "no price" in page


def test_a_sample_never_pretends_to_be_live(client, coins, noon):
    QuoteFactory(coin=coins[0], is_sample=True, quoted_at=timezone.now() - timedelta(days=400))
    page = client.get("/prices/bitcoin/").content.decode()
    assert "Sample data of" in page
    assert "18 October 2025" in page
    assert "Not live prices" in page
    assert "CoinGecko" not in page


def test_live_prices_name_their_source(client, coins):
    QuoteFactory(coin=coins[0])
    assert "Powered by CoinGecko API" in client.get("/prices/bitcoin/").content.decode()


def test_the_coin_page_draws_its_week(client, coins):
    QuoteFactory(coin=coins[0], week=[str(90_000 + 10 * n) for n in range(168)])
    page = client.get("/prices/bitcoin/").content.decode()
    assert 'role="img" aria-label="Bitcoin, seven days: $90,000' in page
    assert "<polyline" in page
    assert "style=" not in page


@pytest.mark.parametrize("week", [[], ["1"], ["1", "1"], ["0.000001", "0.000002"]])
def test_any_week_can_be_drawn_or_left_out(client, coins, week):
    QuoteFactory(coin=coins[0], week=week)
    assert client.get("/prices/bitcoin/").status_code == 200
    assert client.get("/prices/").status_code == 200


def test_a_coin_without_any_quote_has_a_page(client, coins):
    assert client.get("/prices/bitcoin/").status_code == 200
    assert client.get("/prices/").status_code == 200
