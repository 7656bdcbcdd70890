"""Prices as readers see them: true figures, their age, their source, charts, and only what they
want to see.
"""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ticker.models import History, Quote
from ticker.polling import quotes

from ..factories import PublishedArticleFactory, QuoteFactory
from ..pages import squeezed
from .conftest import page_of

pytestmark = pytest.mark.django_db


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
    assert "As of <time" in squeezed(page)
    assert "Delayed" not in page
    assert page.count("22 Nov, 10:00 UTC") == 2  # once in each of the two lists


def test_a_sample_never_pretends_to_be_live(client, coins, noon):
    QuoteFactory(coin=coins[0], is_sample=True, quoted_at=timezone.now() - timedelta(days=400))
    page = page_of(client, "/prices/bitcoin/")
    assert "Sample data of" in page
    assert "18 October 2025" in page
    assert "not live prices" in page
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


# --- Charts
# -----------------------------------------------------------------------------------------


def test_the_coin_page_draws_its_week(client, coins):
    week(QuoteFactory(coin=coins[0]), range(90_000, 91_680, 10))
    page = page_of(client, "/prices/bitcoin/")
    assert 'aria-label="Bitcoin, seven days: $90,0' in page
    assert "<polyline" in page
    assert "style=" not in page
    assert "The same in a table" in page


@pytest.mark.parametrize(
    "prices", [["1"], ["1", "1"], ["0.000001", "0.000002"], ["1000000", "3"], ["5"] * 168]
)
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
        assert (
            'rel="canonical" href="http://127.0.0.1:8000/prices/bitcoin/"' in page
            or "/prices/bitcoin/" in page
        )
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
    large = page[page.index("chart--large") : page.index("chart--small")]
    assert large.count('tabindex="0"') == 1
    assert large.count('role="img"') >= 13
    assert ", the highest" in large
    assert ", the lowest" in large


def test_a_coin_without_any_quote_has_a_page(client, coins):
    page_of(client, "/prices/bitcoin/")
    page_of(client, "/prices/")
