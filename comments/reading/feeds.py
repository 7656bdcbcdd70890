"""Conversations as feeds: the newest comments of the whole publication, or under one story."""

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
from pagecache import add_tags, tags

# Some of the newest may stand under stories that were withdrawn since.
LOOKED_AT = 3 * NEWEST
LONGEST_SUMMARY = 200


def newest() -> list[Entry]:
    """The newest comments under any story that is public. Two queries."""
    add_tags(cache_tags.COMMENTS)
    page_lifetime.until_next_change()
    comments = list(_public(SiteComment.objects.all()).order_by("-submit_date", "-pk")[:LOOKED_AT])
    stories = (
        Article.objects.published()
        .select_related("section")
        .in_bulk({int(each.object_pk) for each in comments})
    )
    found = [
        (each, stories[int(each.object_pk)]) for each in comments if int(each.object_pk) in stories
    ]
    return [_entry(comment, story) for comment, story in found[:NEWEST]]


def newest_on(article: Article) -> list[Entry]:
    """The newest comments under one story. One query."""
    add_tags(tags.row_tag(article))
    page_lifetime.until_next_change()
    return [
        _entry(comment, article)
        for comment in _public(comments_on(article)).order_by("-pk")[:NEWEST]
    ]


def _public(comments: QuerySet[SiteComment]) -> QuerySet[SiteComment]:
    return comments.filter(is_public=True, is_removed=False).select_related("user", "stats")


def _entry(comment: SiteComment, article: Article) -> Entry:
    address = settings.SITE_URL + reverse("comment", args=[comment.pk])
    host = urlsplit(settings.SITE_URL).hostname
    # Comments of earlier releases may hold what no XML may.
    name, text = clean_line(comment.name), clean(comment.comment)
    return Entry(
        key=f"tag:{host},{comment.submit_date:%Y-%m-%d}:comment:{comment.pk}",
        url=address,
        title=f"{name} on “{article.title}”",
        summary=Truncator(clean_line(text)).chars(LONGEST_SUMMARY),
        html=prose(text),
        published_at=comment.submit_date,
        updated_at=_changed_at(comment) or comment.submit_date,
        authors=((name, ""),),
        subjects=(),
    )


def _changed_at(comment: SiteComment) -> datetime | None:
    stats = getattr(comment, "stats", None)
    return stats.edited_at if stats else None
