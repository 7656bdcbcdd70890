"""
Feeds: the newest of the whole publication, of a section, an author, a tag or a coin, in RSS 2.0,
Atom and JSON Feed.

https://www.rssboard.org/rss-specification, RFC 4287, https://www.jsonfeed.org/version/1.1/.
Paid pieces are in them as they are in the lists, under their label.
"""

import json
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import format_html, linebreaks

from articles import body, cache_tags
from articles.models import Article, Author, Byline, Correction, Image, Section, Tag
from articles.publishing import holdings
from articles.querysets import ArticleQuerySet
from articles.reading import page_lifetime
from articles.reading.listing_index import SubjectSource
from core import text
from core.addresses import absolute
from pagecache import add_tags
from ticker.models import Coin

NEWEST = 30  # stories in a feed


@dataclass(frozen=True)
class Entry:
    """One piece as every kind of feed tells it; addresses are absolute."""

    key: str
    url: str
    title: str
    summary: str
    html: str
    published_at: datetime
    updated_at: datetime
    authors: tuple[tuple[str, str], ...]  # name and address
    subjects: tuple[str, ...]
    image: str = ""

    def __post_init__(self) -> None:
        """One row that no form can hold must not break the feed of all."""
        for name, value in vars(self).items():
            object.__setattr__(self, name, text.clean_values(value))


@dataclass(frozen=True)
class Feed:
    title: str
    description: str
    page: str  # the address of what it follows
    url: str  # its own
    entries: list[Entry]

    @property
    def updated_at(self) -> datetime:
        """Return the time of the newest change among its entries: the same entries are the same
        bytes.
        """
        return max(
            (entry.updated_at for entry in self.entries),
            default=datetime.fromisoformat("2009-01-03T00:00Z"),
        )


def newest(subject: Section | Author | Tag | Coin | None = None) -> list[Entry]:
    """The newest pieces of `subject`, or of the whole publication. Three queries, and a fourth where
    texts have pictures.
    """
    page_lifetime.until_next_change()
    stories = list(_newest(subject))
    wanted = set().union(*(body.pictures_in(each.body) for each in stories))
    add_tags(*(cache_tags.picture_tag(key) for key in wanted))
    present = Image.objects.filter(pk__in=wanted).values_list("pk", flat=True) if wanted else ()
    return [entry_of(article, set(present)) for article in stories]


def _newest(subject: Section | Author | Tag | Coin | None) -> ArticleQuerySet:
    if subject is None:
        add_tags(cache_tags.STORIES)
        return (
            _whole(Article.objects.published())
            .select_related("section", "hero")
            .newest_first()[:NEWEST]
        )
    add_tags(cache_tags.stories_tag(subject))
    if isinstance(subject, Section):
        return _whole(subject.articles.published()).select_related("hero").newest_first()[:NEWEST]
    return SubjectSource(
        subject, _whole(Article.objects.published()).select_related("section", "hero")
    ).first(NEWEST)


def _whole(stories: ArticleQuerySet) -> ArticleQuerySet:
    """With what entries show of each story."""
    bylines = Prefetch("bylines", Byline.objects.select_related("author"))
    return stories.prefetch_related(bylines, "tags", "corrections").defer("search_text")


def entry_of(article: Article, pictures: Container[int]) -> Entry:
    label = f"{article.label}: " if article.is_paid else ""
    authors = [
        (each.author.name, settings.SITE_URL + each.author.get_absolute_url())
        for each in article.bylines.all()
    ]
    return Entry(
        key=tag_uri(article),
        url=settings.SITE_URL + article.get_absolute_url(),
        title=f"{label}{article.title}",
        summary=f"{label}{article.standfirst or article.title}",
        html=_disclosure(article) + _html(article, pictures),
        published_at=article.published_at or article.created_at,
        updated_at=article.updated_at or article.published_at or article.created_at,
        authors=((article.paid_by, ""),) if article.is_paid else tuple(authors),
        subjects=(article.section.name, *(tag.name for tag in article.tags.all())),
        image=absolute(article.hero.url) if article.hero else "",
    )


def newest_corrections() -> list[Entry]:
    add_tags(cache_tags.CORRECTIONS)
    return [_entry_of_correction(each) for each in Correction.objects.listed()[:NEWEST]]


def _entry_of_correction(correction: Correction) -> Entry:
    article = correction.article
    page = (
        f"{article.get_absolute_url()}#correction-{correction.pk}"
        if article.is_public
        else "/corrections/"
    )
    return Entry(
        key=f"{tag_uri(article)}:correction:{correction.pk}",
        url=settings.SITE_URL + page,
        title=f"{correction.get_kind_display()}: {article.title}",
        summary=correction.text,
        html=linebreaks(correction.text, autoescape=True),
        published_at=correction.at,
        updated_at=correction.at,
        authors=(),
        subjects=(correction.get_kind_display(), article.section.name),
    )


def tag_uri(article: Article) -> str:
    """Return the identifier of a piece for feed readers, for ever: RFC 4151."""
    host = urlsplit(settings.SITE_URL).hostname
    return f"tag:{host},{article.created_at:%Y-%m-%d}:article:{article.pk}"


def _disclosure(article: Article) -> str:
    if not article.is_paid:
        return ""
    words = "<p><strong>{}. Paid for by {}.</strong> {}</p>"
    warning = linebreaks(article.risk_warning, autoescape=True) if article.risk_warning else ""
    return format_html(words, article.label, article.paid_by, article.disclosure) + warning


def _html(article: Article, pictures: Container[int]) -> str:
    parts = [
        body.for_feed(article.body, pictures, is_paid=article.is_paid, site_url=settings.SITE_URL)
    ]
    parts += [
        format_html(
            "<p><strong>{}, {}:</strong> {}</p>",
            each.get_kind_display(),
            f"{each.at:%d %B %Y}",
            each.text,
        )
        for each in article.corrections.all()
    ]
    if held := holdings.sentence(list(article.bylines.all())):
        parts.append(format_html("<p><em>{}</em></p>", held))
    return "".join(parts)


# --- The three forms ----------------------------------------------------------------------


class _Rss(Rss201rev2Feed):
    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:media": "http://search.yahoo.com/mrss/",
        }

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["html"])
        if item["image"]:
            handler.addQuickElement(
                "media:content", None, {"url": item["image"], "medium": "image"}
            )


class _Atom(Atom1Feed):
    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["html"], {"type": "html"})


def _xml(kind: type[Rss201rev2Feed] | type[Atom1Feed], feed: Feed) -> str:
    writer = kind(
        title=feed.title,
        link=feed.page,
        description=feed.description,
        subtitle=feed.description,
        language="en-GB",
        feed_url=feed.url,
        feed_guid=feed.url,
        author_name=feed.title,
    )
    # The generators would say “now”, and no two answers would be the same.
    writer.latest_post_date = lambda: feed.updated_at  # type: ignore[method-assign]
    for entry in feed.entries:
        writer.add_item(
            title=entry.title,
            link=entry.url,
            description=entry.summary,
            unique_id=entry.key,
            unique_id_is_permalink=False,
            pubdate=entry.published_at,
            updateddate=entry.updated_at,
            author_name=", ".join(name for name, _ in entry.authors) or None,
            categories=entry.subjects,
            html=entry.html,
            image=entry.image,
        )
    return writer.writeString("utf-8")


def rss(feed: Feed) -> str:
    return _xml(_Rss, feed)


def atom(feed: Feed) -> str:
    return _xml(_Atom, feed)


def json_feed(feed: Feed) -> str:
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": feed.page,
        "feed_url": feed.url,
        "language": "en-GB",
        "items": [_json_item(entry) for entry in feed.entries],
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _json_item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.key,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "date_published": entry.published_at.isoformat(timespec="seconds"),
        "date_modified": entry.updated_at.isoformat(timespec="seconds"),
        "authors": [{"name": name, **({"url": url} if url else {})} for name, url in entry.authors],
        "tags": list(entry.subjects),
    }
    return item | ({"image": entry.image} if entry.image else {})


@dataclass(frozen=True)
class Form:
    content_type: str
    label: str
    write: Callable[[Feed], str]


FORMS = {
    "rss": Form("application/rss+xml", "RSS", rss),
    "atom": Form("application/atom+xml", "Atom", atom),
    "json": Form("application/feed+json", "JSON Feed", json_feed),
}
