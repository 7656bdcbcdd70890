"""Prices in templates: the strip, the market panel, changes, sparklines."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core import charts
from ticker.models import LONGEST_STRIP, Coin, Quote
from ticker.polling import quotes
from ticker.presentation import live_prices, numbers, price_chart, shown_prices

register = template.Library()
register.filter("dollars", numbers.dollars)
register.filter("price", numbers.price)
register.filter("quote_of", shown_prices.shown_quote)


@register.simple_tag
def live_strip() -> SafeString:
    """The price strip, as a part of its own."""
    return mark_safe(live_prices.strip())  # Written by our own templates.


@register.simple_tag
def live_market(coins: list[Coin]) -> SafeString:
    """The table of some coins, as a part of its own."""
    return mark_safe(live_prices.market(coins) if coins else "")


@register.simple_tag
def live_strip_market(most: int = LONGEST_STRIP) -> SafeString:
    """The table of the first coins of the strip, as a part of its own."""
    return mark_safe(live_prices.strip_market(most))


@register.simple_tag
def live_since(coin: Coin, article: Any) -> SafeString:
    """The price of a coin when a story came out and now, as a part of its own."""
    if not coin.price_then or article.published_at is None:  # type: ignore[attr-defined]
        return SafeString("")
    return mark_safe(live_prices.since(coin, coin.price_then, article.published_at))  # type: ignore[attr-defined]


@register.simple_tag
def freshness(coins: list[Coin]) -> shown_prices.Freshness:
    return shown_prices.freshness(coins)


@register.simple_tag
def change(value: Decimal | None) -> SafeString:
    """A change with its sign, and an arrow and a colour by its class; a dash when nobody knows."""
    if value is None:
        return format_html('<span class="change">{}</span>', "—")
    return format_html(
        '<span class="change {}">{}</span>', numbers.direction(value), numbers.change(value)
    )


@register.simple_tag
def change_since(then: Decimal | None, quote: Quote) -> SafeString:
    return change(quotes.change_since(then, quote.price))


@register.simple_tag
def spark(quote: Quote) -> SafeString:
    """The line of seven days, coloured by what it shows: from its first price to its last."""
    if not quote.spark or not shown_prices.shows_week(quote):
        return SafeString("")
    return format_html(
        '<svg class="spark {}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<path d="{}" vector-effect="non-scaling-stroke"/></svg>',
        quote.spark_direction,
        charts.SPARK_WIDTH,
        charts.SPARK_HEIGHT,
        quote.spark,
    )


@register.simple_tag
def late(quote: Quote, fresh: shown_prices.Freshness | None = None) -> SafeString:
    """Return a note on one price: that it is late, or a sample among live ones (`fresh` tells)."""
    if quote.is_sample and fresh is not None and not fresh.is_sample:
        return format_html(' <small class="late">{}</small>', "sample")
    if not quotes.is_delayed(quote):
        return SafeString("")
    return format_html(
        ' <small class="late">as of <time datetime="{}">{}</time></small>',
        quote.quoted_at.isoformat(timespec="seconds"),
        f"{quote.quoted_at:%-d %b, %H:%M} UTC",
    )


register.filter("change_in_dollars", shown_prices.change_in_dollars)


@register.simple_tag
def freshness_of(coin: Coin) -> shown_prices.Freshness:
    return shown_prices.freshness([coin])


@register.filter
def without(coins: list[Coin], coin: Coin) -> list[Coin]:
    return [other for other in coins if other.pk != coin.pk]


@register.filter
def dollars_or_dash(value: Decimal | None) -> str:
    return numbers.dollars(value) if value else "—"


@register.filter
def large_or_dash(value: Decimal | None) -> str:
    return f"${numbers.large(value)}" if value else "—"


@register.filter
def unlocalised(number: float) -> str:
    """A coordinate: with a point whatever the language."""
    return f"{number:g}"


@register.simple_tag
def spans() -> list[price_chart.Span]:
    return list(price_chart.SPANS.values())


@register.filter
def add_number(number: float, more: float) -> str:
    return f"{number + more:g}"
