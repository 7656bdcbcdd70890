"""Reading a story before it is out: at a secret address that expires and can be revoked, or on the
desk.
"""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from articles.models import Article, PreviewLink

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LIFETIMES = {"1": "for a day", "7": "for a week", "30": "for a month"}


def share(article: Article, by: "User", days: int = 7) -> PreviewLink:
    """Make a secret link to `article` as it stands whenever it is opened."""
    if not by.has_perm("articles.change_article"):
        raise PermissionDenied("Only the newsroom may share stories.")
    expires = timezone.now() + timedelta(days=days)
    return PreviewLink.objects.create(
        article=article, key=secrets.token_urlsafe(32), by=by, expires_at=expires
    )


def revoke(link: PreviewLink, by: "User") -> None:
    if not by.has_perm("articles.change_article"):
        raise PermissionDenied("Only the newsroom may revoke links.")
    PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())


def shared_story(key: str) -> Article | None:
    """The story behind a secret link that holds, with its section and picture."""
    link = (
        PreviewLink.objects.filter(key=key[:64], revoked_at=None, expires_at__gt=timezone.now())
        .select_related("article__section", "article__hero")
        .first()
    )
    return link.article if link else None


def as_if_out(article: Article) -> Article:
    """Let `article` look, in memory only, as it would if it came out now."""
    moment: datetime = article.published_at or timezone.now()
    article.published_at = moment
    return article
