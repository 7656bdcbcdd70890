"""What readers see of prices: true figures, their age, their source, charts, and only what they want to see."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newsroom import health
from ticker import quotes
from ticker.models import LONGEST_STRIP, Coin, FormerSlug, History, Poller, PriceSource, Quote

from ..factories import CoinFactory, PublishedArticleFactory, QuoteFactory, member_of

pytestmark = pytest.mark.django_db


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def week(quote, prices):
    quotes.draw_week(quote, [Decimal(price) for price in prices], quote.quoted_at)
    quote.save()


# --- Age and source ----------------------------------------------------------------------------


def test_the_strip_says_how_old_its_prices_are(client, coins, noon):
    QuoteFactory(coin=coins[0])
    assert "As of" in page_of(client, "/newsletter/")
    noon.shift(quotes.DELAYED_AFTER.total_seconds())
    page = page_of(client, "/newsletter/")
    assert "<b>Delayed</b>, as of" in page
    assert "$97,412" in page
    noon.shift(quotes.HIDDEN_AFTER.total_seconds())
    page = page_of(client, "/newsletter/")
    assert "$97,412" not in page
    assert "no price" in page


def test_one_late_coin_says_its_own_age_and_the_others_theirs(client, coins, noon):
    QuoteFactory(coin=coins[0], quoted_at=timezone.now() - timedelta(hours=2))
    QuoteFactory(coin=coins[1])
    page = page_of(client, "/prices/strip/")
    assert "As of <time" in page
    assert "Delayed" not in page
    assert page.count("22 Nov, 10:00 UTC") == 2  # once in each of the two lists


def test_a_sample_never_pretends_to_be_live(client, coins, noon):
    QuoteFactory(coin=coins[0], is_sample=True, quoted_at=timezone.now() - timedelta(days=400))
    page = page_of(client, "/prices/bitcoin/")
    assert "Sample data of" in page
    assert "18 October 2025" in page
    assert "Not live prices" in page
    assert "CoinGecko" not in page


def test_every_source_is_named_beside_its_prices(client, coins):
    QuoteFactory(coin=coins[0])
    assert "Powered by CoinGecko API" in page_of(client, "/prices/bitcoin/")
    QuoteFactory(coin=coins[1], source="CoinPaprika")
    page = page_of(client, "/prices/")
    assert "Powered by CoinGecko API" in page
    assert "Source: CoinPaprika" in page


def test_a_sample_among_live_prices_says_so_by_itself(client, coins, noon):
    QuoteFactory(coin=coins[0], is_sample=True, source="sample")
    QuoteFactory(coin=coins[1])
    page = page_of(client, "/prices/")
    assert "Not live prices" not in page
    assert "Powered by CoinGecko API" in page
    assert '<small class="late">sample</small>' in page


def test_a_line_of_seven_days_that_is_a_day_old_is_not_shown(client, coins, noon):
    quote = QuoteFactory(coin=coins[0])
    week(quote, range(90_000, 91_680, 10))
    assert 'class="spark' in page_of(client, "/prices/")
    Quote.objects.update(week_at=timezone.now() - quotes.HIDDEN_AFTER)
    assert 'class="spark' not in page_of(client, "/prices/")


def test_a_chip_says_that_its_price_is_late(client, coins, noon):
    QuoteFactory(coin=coins[0], quoted_at=timezone.now() - timedelta(hours=2))
    article = PublishedArticleFactory(body="<p>What [[BTC]] was.</p>")
    article.coins.add(coins[0])
    page = page_of(client, article.get_absolute_url())
    chip = page[page.index('class="chip"') :].partition("</a>")[0]
    assert "22 Nov, 10:00 UTC" in chip


# --- Charts -----------------------------------------------------------------------------------------


def test_the_coin_page_draws_its_week(client, coins):
    week(QuoteFactory(coin=coins[0]), range(90_000, 91_680, 10))
    page = page_of(client, "/prices/bitcoin/")
    assert 'aria-label="Bitcoin, seven days: $90,0' in page
    assert "<polyline" in page
    assert "style=" not in page
    assert "The same in a table" in page


@pytest.mark.parametrize("prices", [["1"], ["1", "1"], ["0.000001", "0.000002"], ["1000000", "3"], ["5"] * 168])
@pytest.mark.parametrize("span", ["", "24h/", "30d/", "1y/"])
def test_any_week_can_be_drawn_or_left_out(client, coins, prices, span):
    quote = QuoteFactory(coin=coins[0], price=Decimal(prices[-1]))
    week(quote, prices)
    days = [[f"2026-{month:02}-01T00:00:00+00:00", prices[-1]] for month in range(1, 12)]
    History.objects.create(coin=coins[0], days=days, fetched_at=timezone.now())
    page_of(client, f"/prices/bitcoin/{span}")
    page_of(client, "/prices/")


def test_each_span_shows_its_own_prices_and_ends_with_the_one_that_stands(client, coins):
    week(QuoteFactory(coin=coins[0]), range(90_000, 91_680, 10))
    first = timezone.now().replace(hour=0) - timedelta(days=364)
    days = [[(first + timedelta(days=n)).isoformat(), str(50_000 + n)] for n in range(365)]
    History.objects.create(coin=coins[0], days=days, fetched_at=timezone.now())
    for span, begins in (("24h", "$91,430"), ("30d", "$50,335"), ("1y", "$50,000")):
        page = page_of(client, f"/prices/bitcoin/{span}/")
        sentence = re.search(r'aria-label="(Bitcoin, [^"]+)"', page)[1]
        assert f": {begins} on " in sentence, span
        assert sentence.endswith("$97,412 at the end."), span
        assert 'rel="canonical" href="http://127.0.0.1:8000/prices/bitcoin/"' in page or "/prices/bitcoin/" in page
    assert client.get("/prices/bitcoin/7d/").status_code == 404
    assert client.get("/prices/bitcoin/5y/").status_code == 404


def test_prices_of_days_that_were_not_renewed_for_a_day_are_not_shown(client, coins, noon):
    quote = QuoteFactory(coin=coins[0])
    days = [["2026-11-01T00:00:00+00:00", "90000"], ["2026-11-20T00:00:00+00:00", "91000"]]
    History.objects.create(coin=coins[0], days=days, fetched_at=timezone.now())
    assert "<polyline" in page_of(client, "/prices/bitcoin/30d/")
    noon.shift(quotes.HIDDEN_AFTER.total_seconds())
    Quote.objects.filter(pk=quote.pk).update(quoted_at=timezone.now())
    page = page_of(client, "/prices/bitcoin/30d/")
    assert "<polyline" not in page
    assert "No prices of this time at the moment" in page


def test_a_chart_has_one_tab_stop(client, coins):
    week(QuoteFactory(coin=coins[0]), range(90_000, 91_680, 10))
    page = page_of(client, "/prices/bitcoin/")
    large = page[page.index("chart--l") : page.index("chart--s")]
    assert large.count('tabindex="0"') == 1
    assert large.count('role="img"') >= 13
    assert ", the highest" in large
    assert ", the lowest" in large


def test_a_coin_without_any_quote_has_a_page(client, coins):
    page_of(client, "/prices/bitcoin/")
    page_of(client, "/prices/")


# --- The table ----------------------------------------------------------------------------------------


def rows(page):
    table = page[page.index("<tbody>", page.index('class="tbl')) : page.index("</table>", page.index('class="tbl'))]
    return re.findall(r'data-symbol="(\w+)"', table)


@pytest.fixture
def quoted(coins):
    QuoteFactory(coin=coins[0], price=60_000, change_24h=Decimal("-2"), market_value=30)
    QuoteFactory(coin=coins[1], price=1_500, change_24h=Decimal("3"), market_value=None)
    QuoteFactory(coin=coins[2], price=130, change_24h=Decimal("0.01"), market_value=20)
    return coins


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", ["BTC", "ETH", "SOL"]),
        ("?sort=name", ["BTC", "ETH", "SOL"]),
        ("?sort=-name", ["SOL", "ETH", "BTC"]),
        ("?sort=price", ["BTC", "ETH", "SOL"]),
        ("?sort=-price", ["SOL", "ETH", "BTC"]),
        ("?sort=change", ["ETH", "SOL", "BTC"]),
        ("?sort=value", ["BTC", "SOL", "ETH"]),  # what nobody knows comes last,
        ("?sort=-value", ["SOL", "BTC", "ETH"]),  # whichever way it goes
        ("?shown=rising", ["ETH"]),
        ("?shown=falling&sort=price", ["BTC"]),
        ("?named=sol", ["SOL"]),
        ("?named=BIT&sort=-price", ["BTC"]),
    ],
)
def test_the_table_is_sorted_and_filtered_by_addresses(client, quoted, asked, shown):
    assert rows(page_of(client, f"/prices/{asked}")) == shown


def test_a_column_says_how_it_is_sorted_and_leads_the_other_way(client, quoted):
    page = page_of(client, "/prices/?sort=price&shown=rising")
    assert 'aria-sort="descending"><a href="/prices/?sort=-price&amp;shown=rising">Price</a>' in page
    assert page.count("aria-sort") == 1


@pytest.mark.parametrize("asked", ["?sort=nonsense", "?sort=-", "?shown=x", "?sort=--price"])
def test_what_is_no_order_leads_to_the_table(client, quoted, asked):
    assert client.get(f"/prices/{asked}").headers["Location"] == "/prices/"


def test_no_coin_by_that_name_is_said_and_escaped(client, quoted):
    page = page_of(client, "/prices/?named=<script>x")
    assert "We follow no coin called “&lt;script&gt;x”" in page


# --- What a reader chose -------------------------------------------------------------------------------


def test_a_choice_is_a_cookie_that_no_kept_page_is_made_by(client, quoted):
    page = page_of(client, "/prices/choice/")
    assert "csrfmiddlewaretoken" not in page
    response = client.post("/prices/choice/", {"hide": ["BTC", "NOPE"]})
    assert response.headers["Location"] == "/prices/?mine=1"
    assert client.cookies["prices"].value == "BTC"
    assert not client.cookies["prices"]["httponly"]  # The script that hides them reads it.
    assert rows(page_of(client, "/prices/")) == ["BTC", "ETH", "SOL"]
    assert rows(page_of(client, "/prices/?mine=1")) == ["ETH", "SOL"]
    assert 'value="BTC" checked' in page_of(client, "/prices/choice/")


def test_all_prices_can_be_hidden_and_shown_again(client, quoted):
    client.post("/prices/choice/", {"off": "on"})
    assert client.cookies["prices"].value == "off"
    assert "You chose to see no prices" in page_of(client, "/prices/?mine=1")
    assert "$60,000" not in page_of(client, "/prices/?mine=1").split("<main")[1]
    assert 'name="off" checked' in page_of(client, "/prices/choice/")
    client.post("/prices/choice/", {"off": "on", "everything": "1"})
    assert client.cookies["prices"].value == ""


@pytest.mark.parametrize("cookie", ["x" * 5000, "<script>", "BTC.$$$", "..", "off.BTC"])
def test_a_cookie_that_is_nonsense_hides_nothing_else(client, quoted, cookie):
    client.cookies["prices"] = cookie
    assert "SOL" in rows(page_of(client, "/prices/?mine=1"))


def test_hiding_everything_leaves_a_way_back(client, quoted):
    client.post("/prices/choice/", {"hide": ["BTC", "ETH", "SOL"]})
    page = page_of(client, "/prices/?mine=1")
    assert "/prices/choice/" in page


# --- Coins that change ------------------------------------------------------------------------------------


def test_a_renamed_coin_keeps_its_addresses_and_chips(client, coins):
    coin = CoinFactory(name="Polygon", symbol="MATIC", slug="polygon", coingecko_id="matic-network")
    QuoteFactory(coin=coin, price=Decimal("0.5"))
    article = PublishedArticleFactory(body="<p>What [[MATIC]] was.</p>")
    article.coins.add(coin)
    coin = Coin.objects.get(pk=coin.pk)
    coin.name, coin.symbol, coin.slug, coin.coingecko_id = "POL", "POL", "pol", "polygon-ecosystem-token"
    coin.full_clean()
    coin.save()
    assert not Quote.objects.filter(coin=coin).exists()  # It was the price of what the old identifier means.
    QuoteFactory(coin=coin, price=Decimal("0.5"))
    response = client.get("/prices/polygon/")
    assert (response.status_code, response.headers["Location"]) == (301, "/prices/pol/")
    page = page_of(client, article.get_absolute_url())
    assert 'class="chip" href="/prices/pol/"><b>POL</b><span class="chip__price" data-symbol="POL"> $0.5000' in page
    other = CoinFactory.build(name="Polygon", symbol="PLG", slug="polygon", coingecko_id="x")
    with pytest.raises(Exception, match="POL was out under this address"):
        other.full_clean()
    coin.slug = "polygon"
    coin.full_clean()
    coin.save()
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["pol"]
    assert client.get("/prices/pol/").headers["Location"] == "/prices/polygon/"


def test_a_retired_coin_keeps_its_page_and_stories_and_is_asked_for_no_more(client, quoted):
    article = PublishedArticleFactory(title="What became of bitcoin", body="<p>[[BTC]] went.</p>")
    article.coins.add(quoted[0])
    client.force_login(member_of("Editors"))
    done = client.post("/admin/ticker/coin/", {"action": "retire", "_selected_action": [quoted[0].pk]}, follow=True)
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
    client.post("/admin/ticker/coin/", {"action": "follow_again", "_selected_action": [quoted[0].pk]})
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
    assert health.troubled_coins() == ["Bitcoin (BTC) has had no price since 22 November, 10:00 UTC."]
    Quote.objects.update(quoted_at=timezone.now() - timedelta(hours=2))
    assert health.troubled_coins() == []


def test_the_strip_has_room_for_so_many(coins):
    for number in range(LONGEST_STRIP - 3):
        CoinFactory(name=f"Coin {number}", symbol=f"C{number}", slug=f"c{number}", coingecko_id=f"coin-{number}")
    late = CoinFactory.build(name="Late", symbol="LATE", slug="late", coingecko_id="late")
    with pytest.raises(Exception, match="The strip holds 30 coins"):
        late.full_clean()
    late.is_on_strip = False
    late.full_clean()


def test_the_list_of_coins_is_counted_as_a_whole(client, coins):
    for number in range(LONGEST_STRIP):
        CoinFactory(
            name=f"C {number}", symbol=f"C{number}", slug=f"c{number}", coingecko_id=f"c-{number}", is_on_strip=False
        )
    client.force_login(member_of("Editors"))
    listed = list(Coin.objects.order_by("position", "symbol"))

    def save(chosen):
        form = {"form-TOTAL_FORMS": len(listed), "form-INITIAL_FORMS": len(listed), "_save": "Save"}
        for index, coin in enumerate(listed):
            form |= {f"form-{index}-id": coin.pk, f"form-{index}-position": index, f"form-{index}-is_shown": "on"}
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
            name=f"Coin {number}", symbol=f"C{number}", slug=f"c{number}", coingecko_id=f"c-{number}", is_on_strip=False
        )
        QuoteFactory(coin=coin)
    assert cost() == before


# --- The desk and machines -----------------------------------------------------------------------------------


def test_the_desk_sees_how_prices_stand(client, quoted, sources, committed):
    Poller.objects.create(pk=1, source="CoinGecko", source_since=timezone.now(), next_round_at=timezone.now())
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
    prices = client.get("/readyz").json()["prices"]
    assert prices["sources"]["CoinGecko"]["calls_this_month"] == 431
    assert prices["sources"]["CoinGecko"]["failures"] == 2
    text = client.get("/metrics", headers={"Authorization": "Bearer a-token"}).content.decode()
    assert "newsroom_price_age_seconds 0\n" in text
    assert 'newsroom_price_source_calls_this_month{source="CoinGecko"} 431\n' in text
