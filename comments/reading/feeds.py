"""Conversations as feeds: the newest thoughts of the whole publication, or under one story."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import Truncator

from articles import cache_tags
from articles.discovery.feeds import NEWEST, Entry
from articles.models import Article
from articles.reading import page_lifetime
from comments.models import SiteComment, comments_on
from comments.posting.plain_text import clean, clean_line
from comments.reading.plain_text_html import prose
from pagecache import record, tags

# Some of the newest may stand under stories that were withdrawn since.
LOOKED_AT = 3 * NEWEST
LONGEST_SUMMARY = 200


def newest() -> list[Entry]:
    """The newest thoughts under any story that is public. Two queries."""
    record(cache_tags.THOUGHTS)
    page_lifetime.until_next_change()
    thoughts = list(_public(SiteComment.objects.all()).order_by("-submit_date", "-pk")[:LOOKED_AT])
    stories = Article.objects.published().select_related("section").in_bulk({int(each.object_pk) for each in thoughts})
    found = [(each, stories[int(each.object_pk)]) for each in thoughts if int(each.object_pk) in stories]
    return [_entry(thought, story) for thought, story in found[:NEWEST]]


def newest_on(article: Article) -> list[Entry]:
    """The newest thoughts under one story. One query."""
    record(tags.of(article))
    page_lifetime.until_next_change()
    return [_entry(thought, article) for thought in _public(comments_on(article)).order_by("-pk")[:NEWEST]]


def _public(thoughts: QuerySet[SiteComment]) -> QuerySet[SiteComment]:
    return thoughts.filter(is_public=True, is_removed=False).select_related("user", "standing")


def _entry(thought: SiteComment, article: Article) -> Entry:
    address = settings.SITE_URL + reverse("comment", args=[thought.pk])
    host = urlsplit(settings.SITE_URL).hostname
    # Thoughts of earlier releases may hold what no XML may.
    name, text = clean_line(thought.name), clean(thought.comment)
    return Entry(
        key=f"tag:{host},{thought.submit_date:%Y-%m-%d}:thought:{thought.pk}",
        url=address,
        title=f"{name} on “{article.title}”",
        summary=Truncator(clean_line(text)).chars(LONGEST_SUMMARY),
        html=prose(text),
        published_at=thought.submit_date,
        updated_at=_changed_at(thought) or thought.submit_date,
        authors=((name, ""),),
        subjects=(),
    )


def _changed_at(thought: SiteComment) -> datetime | None:
    standing = getattr(thought, "standing", None)
    return standing.edited_at if standing else None
