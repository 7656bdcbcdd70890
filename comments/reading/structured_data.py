"""Structured data of comments for search engines: https://schema.org/Comment."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from articles.discovery import metadata
from articles.models import Article
from comments.reading.threads import CommentView, Step

# Enough to show what is talked about, and no second copy of a long page.
MOST = 20


def _parent(comment: CommentView, address: str) -> dict[str, Any]:
    """Name what it answers, by the @id that this has in the same markup."""
    answered = comment.answers or comment.parent_id
    if answered == comment.pk:
        return {}
    return {"parentItem": {"@type": "Comment", "@id": f"{address}#c{answered}"}}


def comments_json_ld(steps: Iterable[Step], article: Article) -> SafeString:
    """The first comments under a story as part of what the page’s other markup names by the same
    @id.
    """
    address = settings.SITE_URL + article.get_absolute_url()
    shown = [step.comment for step in steps if not step.comment.is_tombstone][:MOST]
    data = {
        "@context": metadata.CONTEXT,
        "@type": metadata.kind_of(article),
        "@id": f"{address}#article",
        "comment": [
            {
                "@type": "Comment",
                "@id": f"{address}#c{comment.pk}",
                "author": {"@type": "Person", "name": comment.name},
                "dateCreated": comment.submit_date.isoformat(timespec="seconds"),
                "text": comment.comment,
                **_parent(comment, address),
            }
            for comment in shown
        ],
    }
    return mark_safe(metadata.script(data))
