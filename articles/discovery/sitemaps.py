"""
Sitemaps of stories: https://www.sitemaps.org/protocol.html, and Google’s for news.

The stories are cut into blocks by their key, so that a file never moves to another address, and
costs the same however large the archive is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from articles import cache_tags
from articles.models import Article, Section
from articles.reading import page_lifetime
from core import text
from pagecache import add_tags, changes_at, table_tag

NEWS_FOR = timedelta(hours=48)  # Google: “created in the last two days”
MOST_NEWS = 1000

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS_NAMESPACE = "http://www.google.com/schemas/sitemap-news/0.9"


@dataclass(frozen=True)
class Address:
    path: str
    changed_at: datetime | None = None


def blocks() -> list[int]:
    """The numbers of the files that hold at least one story, without looking at every story."""
    add_tags(cache_tags.SITEMAPS)
    last = Article.objects.order_by("-pk").values_list("pk", flat=True).first()
    return list(range(cache_tags.sitemap_block(last) + 1)) if last else []


def stories_of(block: int) -> Iterator[Address]:
    """The public pieces of one file. Paid ones are in it too: they are pages of ours, and say what
    they are.
    """
    add_tags(
        cache_tags.sitemap_tag(block), table_tag(Section)
    )  # Sections are part of the addresses.
    page_lifetime.until_next_change()
    first = block * cache_tags.SITEMAP_BLOCK
    rows = (
        Article.objects.published()
        .filter(pk__gte=first, pk__lt=first + cache_tags.SITEMAP_BLOCK)
        .order_by("pk")
        # No rows made into stories: each would be a key of this page.
        .values_list("section__slug", "slug", "published_at", "updated_at")
    )
    for section, slug, published_at, updated_at in rows.iterator(2000):
        yield Address(reverse("article", args=[section, slug]), updated_at or published_at)


def url_set(addresses: Iterable[Address]) -> str:
    parts = [f'{_HEAD}<urlset xmlns="{_NAMESPACE}">']
    parts += [f"<url>{_place(each)}</url>" for each in addresses]
    return "\n".join([*parts, "</urlset>"])


def index(paths: Iterable[str]) -> str:
    parts = [f'{_HEAD}<sitemapindex xmlns="{_NAMESPACE}">']
    parts += [f"<sitemap>{_place(Address(path))}</sitemap>" for path in paths]
    return "\n".join([*parts, "</sitemapindex>"])


def _place(address: Address) -> str:
    changed = f"<lastmod>{_moment(address.changed_at)}</lastmod>" if address.changed_at else ""
    return f"<loc>{escape(settings.SITE_URL + address.path)}</loc>{changed}"


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds")


def news(publication: str) -> str:
    """Return the stories of the last two days, for Google News. Nothing that anybody paid for."""
    add_tags(cache_tags.STORIES, table_tag(Section))
    page_lifetime.until_next_change()
    since = timezone.now() - NEWS_FOR
    stories = (
        Article.objects.published().journalism().filter(published_at__gte=since).newest_first()
    )
    rows = list(stories.values_list("section__slug", "slug", "published_at", "title")[:MOST_NEWS])
    oldest = rows[-1][2] if rows else None
    changes_at(oldest + NEWS_FOR if oldest else None)
    parts = [f'{_HEAD}<urlset xmlns="{_NAMESPACE}" xmlns:news="{_NEWS_NAMESPACE}">']
    parts += [_news_item(publication, *row) for row in rows]
    return "\n".join([*parts, "</urlset>"])


def _news_item(publication: str, section: str, slug: str, published_at: Any, title: str) -> str:
    place = _place(Address(reverse("article", args=[section, slug])))
    return (
        f"<url>{place}<news:news><news:publication><news:name>{escape(text.clean_line(publication))}</news:name>"
        "<news:language>en</news:language></news:publication>"
        f"<news:publication_date>{_moment(published_at)}</news:publication_date>"
        f"<news:title>{escape(text.clean_line(title))}</news:title></news:news></url>"
    )
