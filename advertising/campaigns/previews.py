"""The real page with a version that nobody has approved: in a frame, for its advertiser and the
desk, never counted.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from advertising.campaigns import sponsored_articles
from advertising.delivery import serving
from advertising.delivery.slots import SLOTS
from advertising.models import Creative, Placement, Product
from articles import views
from articles.models import Article
from articles.reading import related
from core.framing import in_our_frame


def page(request: HttpRequest, placement: Placement, creative: Creative) -> HttpResponse:
    return in_our_frame(_page(request, placement, creative))


def _page(request: HttpRequest, placement: Placement, creative: Creative) -> HttpResponse:
    if placement.product == Product.BANNER:
        return _with_banner(request, placement, creative)
    if placement.is_paid_story:
        return _as_story(request, placement, creative)
    return render(
        request,
        "advertising/newsletter_preview.html",
        {"placement": placement, "creative": creative, **_FRAME},
    )


_FRAME = {"is_preview": True}


def _with_banner(request: HttpRequest, placement: Placement, creative: Creative) -> HttpResponse:
    """A story of the section it is for. Its boxes are left as they are made: no script fills or
    counts them.
    """
    stories = Article.objects.published().journalism().select_related("section", "hero")
    if placement.section_id:
        stories = stories.filter(section=placement.section_id) or stories
    story = stories.first()
    request.previewed_banner = banner_of(placement, creative)  # type: ignore[attr-defined]
    if story is None:
        return render(
            request, "advertising/banner_preview.html", {**_FRAME, "slot": placement.slot}
        )
    return views.story_page(request, story)


def banner_of(placement: Placement, creative: Creative) -> serving.Banner | None:
    """None while it lacks what its position needs."""
    slot = SLOTS.get(placement.slot)
    if slot is None:
        return None
    pictures = {each.size: each.file.url for each in creative.pictures.all()}
    banner = serving.Banner(placement, creative, slot, pictures)
    return banner if banner.is_complete else None


def _as_story(request: HttpRequest, placement: Placement, creative: Creative) -> HttpResponse:
    context: dict[str, Any] = {**_FRAME, "discussed": related.most_discussed(), "own_host": ""}
    if not creative.text.strip():
        return render(request, "advertising/banner_preview.html", context)
    context["article"] = sponsored_articles.preview(placement, creative)
    return render(request, "advertising/story_preview.html", context)
