"""The sources’ lists of coins: to choose from, and to see that ours are still on them."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from newsroom.operations import health
from ticker.models import Coin, ListedCoin
from ticker.polling import coin_catalogue

from ..factories import member_of
from . import price_sources as upstream

pytestmark = pytest.mark.django_db

FILLING = [
    {"id": f"token-{number}", "symbol": f"t{number}", "name": f"Token {number}"}
    for number in range(20)
]
GECKO = [
    {"id": "bitcoin", "symbol": "btc", "name": "Bitcoin"},
    {"id": "ethereum", "symbol": "eth", "name": "Ethereum"},
    {"id": "solana", "symbol": "sol", "name": "Solana"},
    {"id": "polygon-ecosystem-token", "symbol": "pol", "name": "POL (ex-MATIC)"},
    {"id": "proof-of-luck", "symbol": "pol", "name": "Proof of Luck"},
    {"id": "sol-wormhole", "symbol": "sol", "name": "SOL (Wormhole)"},
    {"id": "hostile", "symbol": "evil", "name": upstream.HOSTILE},
    {"id": "markup", "symbol": "mark", "name": "<b>Mark</b>"},
    {"id": None, "symbol": "none", "name": "None"},
    "nonsense",
    *FILLING,
]
PAPRIKA = [
    {
        "id": f"{row['symbol']}-{row['id']}",
        "symbol": row["symbol"].upper(),
        "name": row["name"],
        "rank": 1,
        "is_active": True,
    }
    for row in (*GECKO[:3], *FILLING)
]

BINANCE = [
    {"symbol": f"{name}USDT", "price": "1.0"}
    for name in ("BTC", "ETH", "SOL", *map(chr, range(65, 91)))
]


@pytest.fixture
def listed(coins, sources):
    sources.answer("CoinGecko’s list", GECKO)
    sources.answer("CoinPaprika’s list", PAPRIKA)
    sources.answer("Binance’s list", BINANCE)
    coin_catalogue.check()


def test_the_lists_are_kept_without_what_is_no_coin(listed):
    assert ListedCoin.objects.filter(provider="CoinGecko").count() == 27
    assert not ListedCoin.objects.filter(symbol__in=("EVIL", "NONE")).exists()
    assert not Coin.objects.exclude(problem="").exists()


def test_symbols_collide_so_a_person_chooses(listed):
    found = coin_catalogue.find("sol")
    assert [each.listed.identifier for each in found] == ["solana", "sol-wormhole"]
    assert (found[0].coinpaprika_id, found[0].is_followed) == ("sol-solana", True)
    assert (found[1].coinpaprika_id, found[1].is_followed) == ("", False)
    assert [each.listed.identifier for each in coin_catalogue.find("Proof of")] == ["proof-of-luck"]
    assert coin_catalogue.find("  ") == coin_catalogue.find("no such coin") == []


def test_a_coin_that_is_no_longer_listed_is_told_to_the_desk(listed, sources, capsys):
    sources.answer("CoinGecko’s list", [row for row in GECKO if row not in GECKO[1:2]])
    call_command("check_coins")
    said = capsys.readouterr().out
    assert "Ethereum (ETH): CoinGecko lists no “ethereum” any more." in said
    assert health.troubled_coins() == ["Ethereum (ETH): CoinGecko lists no “ethereum” any more."]
    sources.answer("CoinGecko’s list", GECKO)
    call_command("check_coins")
    assert "Every coin is still listed" in capsys.readouterr().out
    assert health.troubled_coins() == []


def test_a_pair_that_is_gone_is_told_before_it_is_needed(listed, sources):
    sources.answer("Binance’s list", BINANCE[1:])
    assert [coin.problem for coin in coin_catalogue.check().problems] == [
        "Binance lists no “BTCUSDT” any more."
    ]


def test_the_lists_are_fetched_again_soon_where_one_did_not_come(coins, sources, noon):
    sources.answer("CoinGecko’s list", GECKO)
    sources.answer("CoinPaprika’s list", PAPRIKA)
    coin_catalogue.check()
    assert coin_catalogue.is_due()
    sources.answer("Binance’s list", BINANCE)
    coin_catalogue.check()
    assert not coin_catalogue.is_due()
    noon.shift(coin_catalogue.EVERY.total_seconds())
    assert coin_catalogue.is_due()


def test_an_identifier_that_means_another_coin_now_is_told(coins, sources):
    sources.answer(
        "CoinGecko’s list", [{"id": "bitcoin", "symbol": "xbt", "name": "Bitcoin"}, *GECKO[1:]]
    )
    done = coin_catalogue.check()
    assert [coin.problem for coin in done.problems] == ["CoinGecko calls “bitcoin” XBT."]


@pytest.mark.parametrize(
    "answer", [upstream.FAULTS["403 with a page"], upstream.FAULTS["cut off"], [], FILLING[:3], {}]
)
def test_a_list_that_does_not_come_leaves_the_last_one(listed, sources, answer):
    sources.answer("CoinGecko’s list", answer)
    done = coin_catalogue.check()
    assert set(done.errors) == {"CoinGecko"}
    assert not done.problems
    assert ListedCoin.objects.filter(provider="CoinGecko").count() == 27


def test_an_editor_adds_a_coin_by_its_name(listed, client):
    client.force_login(member_of("Editors"))
    page = client.get("/admin/ticker/coin/find/?q=pol").content.decode()
    assert "Proof of Luck" in page
    assert "&lt;b&gt;" not in page
    assert "coingecko_id=polygon-ecosystem-token" in page
    form = client.get(
        "/admin/ticker/coin/add/?name=POL&symbol=POL&slug=pol&coingecko_id=polygon-ecosystem-token"
    )
    assert 'value="polygon-ecosystem-token"' in form.content.decode()
    assert (
        "&lt;b&gt;Mark&lt;/b&gt;" in client.get("/admin/ticker/coin/find/?q=mark").content.decode()
    )
    assert (
        "No coin is listed under" in client.get("/admin/ticker/coin/find/?q=zzz").content.decode()
    )


def test_the_find_page_asks_no_network(listed, client, sources):
    client.force_login(member_of("Editors"))
    before = sources.calls
    client.get("/admin/ticker/coin/find/?q=sol")
    assert sources.calls == before


def test_the_lists_can_be_fetched_from_the_desk(coins, sources, client, committed):
    sources.answer("CoinGecko’s list", GECKO)
    client.force_login(member_of("Editors"))
    with committed():
        assert client.post("/admin/ticker/coin/check/").status_code == 302
    assert ListedCoin.objects.filter(provider="CoinGecko").exists()
    client.force_login(member_of("Authors"))
    assert client.post("/admin/ticker/coin/check/").status_code == 403
    assert client.get("/admin/ticker/coin/find/").status_code == 403


def test_a_list_of_long_ago_says_so(listed, client, noon):
    listed_at = ListedCoin.objects.latest("listed_at").listed_at
    noon.shift(timedelta(days=8).total_seconds())
    client.force_login(member_of("Editors"))
    assert f"{listed_at:%-d %B %Y}" in client.get("/admin/ticker/coin/find/").content.decode()
    assert listed_at < timezone.now()
