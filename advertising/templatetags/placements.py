"""Placements in templates. A tag says where; the app decides what."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from advertising.billing.amounts import written
from advertising.billing.rates import rates_for
from advertising.billing.tax import country_name
from advertising.campaigns import copy_text, story_text
from advertising.delivery import page_context, serving
from advertising.delivery.slots import SLOTS, STORY_SLOT
from advertising.measurement.reports import Period
from advertising.models import Creative, Rate
from pagecache import add_tags, table_tag
from pagecache.cached import cached_by_tags

register = template.Library()
register.filter("money", written)
register.filter("country_name", country_name)


@register.filter
def plain_number(number: Decimal) -> str:
    """Without zeros at its end: 8.875, and 20 for 20.000."""
    return f"{number.normalize():f}"


@register.inclusion_tag("advertising/_slot.html", takes_context=True)
def slot(context: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    """The box of an advertisement at one place of this page, said in words such as “beside the
    story”.

    `slots.js` fills it with what `delivery/endpoints.py` gives it. For readers without JavaScript
    it holds one of today’s banners, which leads to its approved address and is not counted as seen.
    """
    shown: list[int] = context["request"].__dict__.setdefault("banners_shown", [])
    if hasattr(context["request"], "previewed_banner"):
        return preview_slot(context["request"].previewed_banner, name, where)
    position = page_context.of_template(context, name)
    banner = serving.choose_for_everybody(
        serving.banners_of_today().get(name, []), serving.Asked(position, shown=shown)
    )
    if banner:
        shown.append(banner.placement.pk)
    return {
        "slot": SLOTS[name],
        "where": where,
        "signed": page_context.sign(position),
        "banner": banner,
        "href": reverse("slot-plain-click", args=[banner.placement.pk]) if banner else "",
    }


def preview_slot(previewed: serving.Banner | None, name: str, where: str) -> dict[str, Any]:
    """In a preview: the version that is being written where it would stand, and nothing signed that
    could count.
    """
    is_its_place = previewed is not None and previewed.slot.name == name
    banner = previewed if is_its_place else None
    target = previewed.creative.target_url if previewed else ""
    return {
        "slot": SLOTS[name],
        "where": where,
        "signed": "",
        "banner": banner,
        "href": target or "#",
    }


@register.simple_tag(takes_context=True)
def story_position(context: dict[str, Any]) -> str:
    """Attributes of what stands for a paid article on its own page: so it is counted as banners
    are.

    A preview has none, and so is never counted.
    """
    if context.get("is_preview"):
        return ""
    signed = page_context.sign(page_context.of_template(context, STORY_SLOT))
    return format_html('data-slot="{}" data-position="{}"', STORY_SLOT, signed)


@register.simple_tag
@cached_by_tags(table_tag(Rate))
def rates() -> list[Rate]:
    add_tags(table_tag(Rate))
    return rates_for(None)


@register.filter
def paragraphs(creative: Creative) -> list[copy_text.Paragraph]:
    return copy_text.paragraphs(creative.text)


@register.filter
def story_html(creative: Creative) -> SafeString:
    """Made safe when it was stored, and once more before it is shown on the desk."""
    return mark_safe(story_text.to_html(creative.html))


@register.filter
def whole_money(price: Decimal, currency: str) -> str:
    """Without cents where there are none."""
    return written(price, currency).removesuffix(".00")


@register.filter
def grouped(number: int) -> str:
    return f"{number:,}"


@register.filter
def per_cent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2f}%"


@register.filter
def half(number: float) -> float:
    return round(number / 2, 1)


@register.filter
def of_day(reach: dict[date, int], day: date) -> str:
    """Known once a day is over."""
    return f"{reach[day]:,}" if day in reach else "–"


@register.filter
def in_days(period: Period) -> str:
    """9 to 22 November 2026"""
    first, last = period.first, period.last
    if first == last:
        return f"{last.day} {last:%B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {last.day} {last:%B %Y}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B %Y}"


@register.filter
def roughly(number: int) -> str:
    """To two digits, since no more of a forecast is known: 120,000 of 123,365."""
    step = 10 ** max(len(str(abs(number))) - 2, 0)
    return f"{round(number / step) * step:,}"
