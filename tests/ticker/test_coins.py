"""Coins that are renamed, retired and added, and what the desk and machines see of them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom.operations import health
from ticker.models import LONGEST_STRIP, Coin, FormerCoinSlug, Poller, PriceSource, Quote

from ..factories import CoinFactory, PublishedArticleFactory, QuoteFactory, member_of
from .conftest import page_of, rows

pytestmark = pytest.mark.django_db


# --- Coins that change
# ------------------------------------------------------------------------------------


def test_a_renamed_coin_keeps_its_addresses_and_chips(client, coins):
    coin = CoinFactory(name="Polygon", symbol="MATIC", slug="polygon", coingecko_id="matic-network")
    QuoteFactory(coin=coin, price=Decimal("0.5"))
    article = PublishedArticleFactory(body="<p>What [[MATIC]] was.</p>")
    article.coins.add(coin)
    coin = Coin.objects.get(pk=coin.pk)
    coin.name, coin.symbol, coin.slug, coin.coingecko_id = (
        "POL",
        "POL",
        "pol",
        "polygon-ecosystem-token",
    )
    coin.full_clean()
    coin.save()
    assert not Quote.objects.filter(
        coin=coin
    ).exists()  # It was the price of what the old identifier means.
    QuoteFactory(coin=coin, price=Decimal("0.5"))
    response = client.get("/prices/polygon/")
    assert (response.status_code, response.headers["Location"]) == (301, "/prices/pol/")
    page = page_of(client, article.get_absolute_url())
    chip = page[page.index('class="chip"') :].partition("</a>")[0]
    assert 'href="/prices/pol/"' in chip
    assert 'data-symbol="POL"' in chip
    assert "$0.5000" in chip
    other = CoinFactory.build(name="Polygon", symbol="PLG", slug="polygon", coingecko_id="x")
    with pytest.raises(Exception, match="POL was out under this address"):
        other.full_clean()
    coin.slug = "polygon"
    coin.full_clean()
    coin.save()
    assert list(FormerCoinSlug.objects.values_list("slug", flat=True)) == ["pol"]
    assert client.get("/prices/pol/").headers["Location"] == "/prices/polygon/"


def test_a_retired_coin_keeps_its_page_and_stories_and_is_asked_for_no_more(client, quoted):
    article = PublishedArticleFactory(title="What became of bitcoin", body="<p>[[BTC]] went.</p>")
    article.coins.add(quoted[0])
    client.force_login(member_of("Editors"))
    done = client.post(
        "/admin/ticker/coin/", {"action": "retire", "_selected_action": [quoted[0].pk]}, follow=True
    )
    assert "BTC: retired. Stories and addresses stay." in done.content.decode()
    assert set(Coin.objects.followed()) == set(quoted[1:])
    client.logout()
    assert rows(page_of(client, "/prices/")) == ["ETH", "SOL"]
    assert 'data-symbol="BTC"' not in page_of(client, "/prices/strip/")
    page = page_of(client, "/prices/bitcoin/")
    assert "No longer followed since 22 November 2026" in page
    assert "What became of bitcoin" in page
    assert "$60,000" not in page
    client.force_login(member_of("Editors"))
    client.post(
        "/admin/ticker/coin/", {"action": "follow_again", "_selected_action": [quoted[0].pk]}
    )
    assert Coin.objects.followed().count() == 3


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("slug", "strip", "Another page has this address"),
        ("symbol", "OLD", "Stories call Bitcoin so"),
        ("binance_symbol", "ETHEUR", "ETHUSDT"),
    ],
)
def test_what_would_mean_two_things_is_refused(coins, field, value, sentence):
    Coin.objects.filter(symbol="BTC").update(former_symbols=["OLD"])
    setattr(coins[1], field, value)
    if field == "symbol":
        coins[1].binance_symbol = ""
    with pytest.raises(Exception, match=sentence):
        coins[1].full_clean()


def test_the_desk_hears_of_one_coin_whose_price_is_late(quoted, noon):
    assert health.troubled_coins() == []
    Quote.objects.filter(coin=quoted[0]).update(quoted_at=timezone.now() - timedelta(hours=2))
    assert health.troubled_coins() == [
        "Bitcoin (BTC) has had no price since 22 November, 10:00 UTC."
    ]
    Quote.objects.update(quoted_at=timezone.now() - timedelta(hours=2))
    assert health.troubled_coins() == []


def test_the_strip_has_room_for_so_many(coins):
    for number in range(LONGEST_STRIP - 3):
        CoinFactory(
            name=f"Coin {number}",
            symbol=f"C{number}",
            slug=f"c{number}",
            coingecko_id=f"coin-{number}",
        )
    late = CoinFactory.build(name="Late", symbol="LATE", slug="late", coingecko_id="late")
    with pytest.raises(Exception, match="The strip holds 30 coins"):
        late.full_clean()
    late.is_on_strip = False
    late.full_clean()


def test_the_list_of_coins_is_counted_as_a_whole(client, coins):
    for number in range(LONGEST_STRIP):
        CoinFactory(
            name=f"C {number}",
            symbol=f"C{number}",
            slug=f"c{number}",
            coingecko_id=f"c-{number}",
            is_on_strip=False,
        )
    client.force_login(member_of("Editors"))
    listed = list(Coin.objects.order_by("position", "symbol"))

    def save(chosen):
        form = {"form-TOTAL_FORMS": len(listed), "form-INITIAL_FORMS": len(listed), "_save": "Save"}
        for index, coin in enumerate(listed):
            form |= {
                f"form-{index}-id": coin.pk,
                f"form-{index}-position": index,
                f"form-{index}-is_shown": "on",
            }
            form |= {f"form-{index}-is_on_strip": "on"} if index < chosen else {}
        return client.post("/admin/ticker/coin/", form)

    assert "The strip holds 30 coins" in save(31).content.decode()
    assert Coin.objects.on_strip().count() == 3
    assert save(30).status_code == 302
    assert Coin.objects.on_strip().count() == 30


def test_a_page_costs_the_same_however_many_coins_are_followed(client, quoted):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client, "/newsletter/")
        return len(queries), len(page)

    cost()
    before = cost()
    for number in range(40):
        coin = CoinFactory(
            name=f"Coin {number}",
            symbol=f"C{number}",
            slug=f"c{number}",
            coingecko_id=f"c-{number}",
            is_on_strip=False,
        )
        QuoteFactory(coin=coin)
    assert cost() == before


# --- The desk and machines
# -----------------------------------------------------------------------------------


def test_the_desk_sees_how_prices_stand(client, quoted, sources, committed):
    Poller.objects.create(
        pk=1, source="CoinGecko", source_since=timezone.now(), next_round_at=timezone.now()
    )
    error = [timezone.now().isoformat(), "Answered with status 403."]
    known = {"last_success_at": timezone.now(), "failures": 1, "errors": [error]}
    PriceSource.objects.create(name="CoinGecko", calls=431, month="2026-11", **known)
    client.force_login(member_of("Editors"))
    page = page_of(client, "/admin/ticker/pricesource/")
    for words in (
        "Prices come from <b>CoinGecko</b>",
        "Answered with status 403.",
        "431",
        "Did not answer last time",
        "20000",
    ):
        assert words in page, words
    with committed():
        client.post("/admin/ticker/pricesource/refresh/")
    assert sources.calls
    client.force_login(member_of("Authors"))
    assert client.get("/admin/ticker/pricesource/").status_code == 403
    assert client.post("/admin/ticker/pricesource/refresh/").status_code == 403


def test_machines_see_how_prices_stand(client, quoted, settings):
    settings.METRICS_TOKEN = "a-token"
    PriceSource.objects.create(name="CoinGecko", calls=431, month="2026-11", failures=2)
    prices = client.get("/healthz").json()["prices"]
    assert prices["sources"]["CoinGecko"]["calls_this_month"] == 431
    assert prices["sources"]["CoinGecko"]["failures"] == 2
    text = client.get("/metrics", headers={"Authorization": "Bearer a-token"}).content.decode()
    assert "newsroom_price_age_seconds 0\n" in text
    assert 'newsroom_price_source_calls_this_month{source="CoinGecko"} 431\n' in text
