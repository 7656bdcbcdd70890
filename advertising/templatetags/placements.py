"""Placements in templates. A tag says where; the app decides what."""

from typing import Any

from django import template
from django.utils import timezone

from advertising import copy_text, serving
from advertising.models import Creative, Rate
from advertising.slots import SLOTS
from newsroom.pagecache import record, whole
from newsroom.pagecache.shared import shared

register = template.Library()


@register.inclusion_tag("advertising/_slot.html", takes_context=True)
def slot(context: dict[str, Any], name: str, position: str) -> dict[str, Any]:
    """The labelled advertisement at one position of this page, said in words such as “beside the story”.

    All slots of a page share one query.
    """
    request = context["request"]
    if not hasattr(request, "banners"):
        section = getattr(context.get("article") or context.get("section"), "section_id", None)
        if section is None and context.get("section"):
            section = context["section"].pk
        request.banners = serving.banners_for_page(section)
        request.banners_shown = []
    place = SLOTS[name]
    key = f"{request.path}:{position}:{timezone.now():%Y-%m-%d}"
    banner = serving.choose(request.banners.get(name, []), key, request.banners_shown)
    if banner:
        request.banners_shown.append(banner.placement.pk)
    return {"slot": place, "position": position, "banner": banner, "sources": sources(place, banner)}


def sources(place: Any, banner: serving.Banner | None) -> list[tuple[str, Any, str]]:
    """Media condition, size and address for each screen but the smallest."""
    if banner is None:
        return []
    wider = place.sizes[:-1]
    return [(min_width, size, banner.url_for(size)) for min_width, size in zip(place.min_widths, wider, strict=True)]


@register.simple_tag
def picture_url(banner: serving.Banner, place: Any) -> str:
    return banner.url_for(place.smallest)


@register.simple_tag
@shared(whole(Rate))
def rates() -> list[Rate]:
    record(whole(Rate))
    return list(Rate.objects.all())


@register.filter
def paragraphs(creative: Creative) -> list[copy_text.Paragraph]:
    return copy_text.paragraphs(creative.text)


@register.filter
def whole_dollars(price: Any) -> str:
    return f"${price:,.0f}" if price == int(price) else f"${price:,.2f}"
