"""What a page says of a price: the figure, its age, its source, or nothing when it is too old."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from newsroom.pagecache import changes_at, refresh_at
from ticker import charts, numbers, quotes
from ticker.models import Coin, Quote
from ticker.providers import coingecko

REFRESHED_WITHIN = timedelta(seconds=quotes.INTERVAL + 10)  # the call itself takes some of it
LATE_CHECK_EVERY = timedelta(seconds=30)  # when the provider is late
SHOWN_MEANWHILE = timedelta(seconds=60)  # how much older than the newest prices a shown page may be


def shown_quote(coin: Coin) -> Quote | None:
    """The coin’s quote if it may be shown. Needs select_related("quote") to cost no query."""
    quote = getattr(coin, "quote", None)
    return None if quote is None or quotes.is_hidden(quote) else quote


@dataclass(frozen=True)
class Freshness:
    """How old the prices of a page are, in words: one sentence for all of them."""

    as_of: datetime | None
    is_sample: bool
    is_delayed: bool

    attribution = coingecko.ATTRIBUTION
    attribution_url = coingecko.ATTRIBUTION_URL


def freshness(coins: Iterable[Coin]) -> Freshness:
    """Judged by the oldest price that is shown, so that no page claims to be fresher than it is."""
    shown = [quote for quote in map(shown_quote, coins) if quote]
    _limit_life([quote for quote in shown if not quote.is_sample])
    if not shown:
        return Freshness(None, is_sample=False, is_delayed=False)
    oldest = min(shown, key=lambda quote: quote.quoted_at)
    return Freshness(
        oldest.quoted_at,
        is_sample=any(quote.is_sample for quote in shown),
        is_delayed=any(quotes.is_delayed(quote) for quote in shown),
    )


def _limit_life(live: list[Quote]) -> None:
    """A page is made anew when newer prices are there, and goes when what it says of their age becomes untrue."""
    if not live:
        return
    now = timezone.now()
    expected = max(quote.fetched_at for quote in live) + REFRESHED_WITHIN
    refresh_at(max(expected, now + LATE_CHECK_EVERY))
    turns = [quote.quoted_at + age for quote in live for age in (quotes.DELAYED_AFTER, quotes.HIDDEN_AFTER)]
    changes_at(min((turn for turn in turns if turn > now), default=None))
    changes_at(max(expected, now + LATE_CHECK_EVERY) + SHOWN_MEANWHILE)


def coin_figures(coin: Coin) -> list[tuple[str, str]]:
    """Label and value of each figure that we have."""
    quote = shown_quote(coin)
    if quote is None:
        return []
    figures = (
        ("24 h high", quote.high_24h and numbers.dollars(quote.high_24h)),
        ("24 h low", quote.low_24h and numbers.dollars(quote.low_24h)),
        ("Volume, 24 h", quote.volume_24h and f"${numbers.large(quote.volume_24h)}"),
        ("Market value", quote.market_value and f"${numbers.large(quote.market_value)}"),
        ("In circulation", quote.supply and f"{numbers.large(quote.supply)} {coin.symbol}"),
    )
    return [(label, value) for label, value in figures if value]


@dataclass(frozen=True)
class WeekCharts:
    large: charts.Chart
    small: charts.Chart
    sentence: str


def week_charts(coin: Coin) -> WeekCharts | None:
    """The seven-day chart in its two sizes and in one sentence, or None without enough prices."""
    quote = shown_quote(coin)
    week = [Decimal(price) for price in quote.week] if quote else []
    if quote is None or len(week) < 2:
        return None
    began = quote.quoted_at - timedelta(days=7)
    lowest, highest = min(week), max(week)
    sentence = (
        f"{coin.name}, seven days: {numbers.dollars(week[0])} on {began.day} {began:%B}, "
        f"between {numbers.dollars(lowest)} and {numbers.dollars(highest)} since, "
        f"{numbers.dollars(week[-1])} at the end."
    )
    return WeekCharts(
        charts.week_chart(week, quote.quoted_at, charts.LARGE),
        charts.week_chart(week, quote.quoted_at, charts.SMALL),
        sentence,
    )
