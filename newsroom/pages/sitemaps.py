"""Sitemaps, as HTTP: the index, the pages, the stories by the block, the news."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.discovery import sitemaps
from articles.discovery.sitemaps import Address
from articles.models import Author, Section, Tag
from newsroom import publication
from newsroom.models import AboutPage
from pagecache import add_tags, public_page, table_tag
from ticker.models import Coin

MOST_OF_A_KIND = 10_000  # tags, authors: all kinds together stay within the protocol’s 50,000
FIXED = ("home", "prices", "about", "advertise", "newsletter", "corrections", "archive", "feeds")


@public_page()
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    stories = (reverse("sitemap-stories", args=[block]) for block in sitemaps.blocks())
    return _xml(sitemaps.index([reverse("sitemap-pages"), *stories]))


@public_page()
@require_safe
def pages(request: HttpRequest) -> HttpResponse:
    return _xml(sitemaps.url_set(_pages()))


def _pages() -> Iterator[Address]:
    """Everything but stories. Rows are read as plain values: thousands of tags need not each be a
    key.
    """
    yield from (Address(reverse(name)) for name in FIXED)
    for model, view in (
        (Section, "section"),
        (Author, "author"),
        (Tag, "tag"),
        (Coin, "coin"),
        (AboutPage, "page"),
    ):
        add_tags(table_tag(model))
        slugs = model.objects.order_by("pk").values_list("slug", flat=True)
        yield from (Address(reverse(view, args=[slug])) for slug in slugs[:MOST_OF_A_KIND])


@public_page()
@require_safe
def stories(request: HttpRequest, block: int) -> HttpResponse:
    addresses = list(sitemaps.stories_of(block))
    if not addresses and block > max(sitemaps.blocks(), default=0):
        raise Http404("No such sitemap.")
    return _xml(sitemaps.url_set(addresses))


@public_page()
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    return _xml(sitemaps.news(publication.publication().name))


def _xml(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/xml; charset=utf-8")
