"""The display of a price: the figure, its age, its source, or nothing when it is too old."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from core.charts import LineChart, Value
from pagecache import changes_at, refresh_at
from ticker.models import Coin, History, Quote
from ticker.polling import quotes
from ticker.presentation import numbers, price_chart
from ticker.providers import BY_NAME, Provider

CALL_TAKES = timedelta(seconds=10)
LATE_CHECK_EVERY = timedelta(seconds=30)  # when the provider is late
SHOWN_MEANWHILE = timedelta(seconds=60)  # how much older than the newest prices a shown page may be


def shown_quote(coin: Coin) -> Quote | None:
    """The coin’s quote if it may be shown. Needs select_related("quote") to cost no query."""
    quote = getattr(coin, "quote", None)
    return None if quote is None or quotes.is_hidden(quote) else quote


@dataclass(frozen=True)
class Freshness:
    """The age of a page’s prices, in words: one sentence for all of them."""

    as_of: datetime | None
    is_sample: bool
    is_delayed: bool
    sources: tuple[Provider, ...] = ()  # to be named beside the prices, as their terms want it


def freshness(coins: Iterable[Coin]) -> Freshness:
    """Judged by the oldest price that is not late itself; each of those says its own age beside it.

    Where all are late, so is the page.
    """
    shown = [quote for quote in map(shown_quote, coins) if quote]
    live = [quote for quote in shown if not quote.is_sample]
    _limit_life(live)
    if not shown:
        return Freshness(None, is_sample=False, is_delayed=False)
    in_time = [quote for quote in live if not quotes.is_delayed(quote)]
    named = dict.fromkeys(quote.source for quote in live)
    return Freshness(
        min(quote.quoted_at for quote in in_time or live or shown),
        is_sample=not live,
        is_delayed=bool(live) and not in_time,
        sources=tuple(BY_NAME[name] for name in named if name in BY_NAME),
    )


def _limit_life(live: list[Quote]) -> None:
    """A page is made anew when newer prices are there, and goes when what it says of their age
    becomes untrue.
    """
    if not live:
        return
    now = timezone.now()
    newest = max(live, key=lambda quote: quote.fetched_at)
    expected = (newest.expected_at or newest.fetched_at) + CALL_TAKES
    refresh_at(max(expected, now + LATE_CHECK_EVERY))
    turns = [
        quote.quoted_at + age
        for quote in live
        for age in (quotes.DELAYED_AFTER, quotes.HIDDEN_AFTER)
    ]
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
        ("Market cap", quote.market_value and f"${numbers.large(quote.market_value)}"),
        ("Circulating supply", quote.supply and f"{numbers.large(quote.supply)} {coin.symbol}"),
    )
    return [(label, value) for label, value in figures if value]


def change_in_dollars(quote: Quote) -> str:
    """Return the change over 24 hours in dollars, without its sign; empty where nobody knows."""
    if quote.change_24h is None:
        return ""
    return numbers.dollars(abs(quote.price - quote.price / (1 + quote.change_24h / 100)))


@dataclass(frozen=True)
class PriceCharts:
    span: price_chart.Span
    sizes: list[LineChart]
    sentence: str


def price_charts(coin: Coin, span: price_chart.Span) -> PriceCharts | None:
    """A coin’s chart in its two sizes and in one sentence, or None without enough prices that may
    be shown.

    Needs select_related("quote", "history").
    """
    quote = shown_quote(coin)
    prices = _prices(coin, quote, span) if quote else []
    if len(prices) < 2:
        return None
    values = [value for _, value in prices]
    sentence = (
        f"{coin.name}, {span.title.lower()}: {numbers.dollars(values[0])} on {format(prices[0][0], span.moment)}, "
        f"between {numbers.dollars(min(values))} and {numbers.dollars(max(values))} since, "
        f"{numbers.dollars(values[-1])} at the end."
    )
    return PriceCharts(span, price_chart.draw(prices, span), sentence)


def _prices(coin: Coin, quote: Quote, span: price_chart.Span) -> list[Value]:
    """Those of the span, with the price that stands now as the last."""
    prices = _of_days(getattr(coin, "history", None)) if span.is_in_days else _of_hours(quote)
    begins = quote.quoted_at - span.length
    found = [(moment, value) for moment, value in prices if begins <= moment < quote.quoted_at]
    return [*found, (quote.quoted_at, quote.price)] if found else []


def shows_week(quote: Quote) -> bool:
    """Return whether the seven days of a quote are young enough: they come from one source only,
    and less often.
    """
    return quote.is_sample or (quote.week_at is not None and _is_kept(quote.week_at))


def _of_hours(quote: Quote) -> list[Value]:
    if not quote.week_at or not shows_week(quote):
        return []
    last = len(quote.week) - 1
    hours = (
        (quote.week_at - timedelta(hours=last - index), value)
        for index, value in enumerate(quote.week)
    )
    return [(moment, Decimal(value)) for moment, value in hours if value is not None]


def _of_days(history: History | None) -> list[Value]:
    if (
        history is None
        or not history.fetched_at
        or not (history.is_sample or _is_kept(history.fetched_at))
    ):
        return []
    return history.prices()


def _is_kept(fetched_at: datetime) -> bool:
    """Return whether prices of then may still be shown; the page goes when they may not."""
    ends = fetched_at + quotes.HIDDEN_AFTER
    changes_at(ends)
    return ends > timezone.now()
