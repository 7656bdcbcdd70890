"""Two stories become one: comments and corrections follow, and every old address leads to the story
that stays.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from articles.discovery import redirects
from articles.models import Article, Correction, FormerSlug
from articles.publishing import workflow
from comments.moderation import merging
from pagecache import invalidation, tags

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def merge(source: Article, into: Article, by: "User") -> int:
    """Let `source` go up in `into`. Returns how many comments followed; all of it happens, or
    nothing.

    Raises PermissionDenied, or ValidationError for stories that cannot be merged.
    """
    if not by.has_perm("articles.merge_article"):
        raise PermissionDenied("Only a chief editor may merge stories.")
    with transaction.atomic():
        pair = sorted((source.pk, into.pk))
        locked = (
            Article.objects.select_for_update(of=("self",))
            .filter(pk__in=pair)
            .order_by("pk")
            .in_bulk()
        )
        _check(locked.get(source.pk), locked.get(into.pk))
        source, into = locked[source.pk], locked[into.pk]
        workflow.withdraw(source, by, note=f"Merged into “{into.title}”."[:300])
        followed = merging.move_all(source, into)
        Correction.objects.filter(article=source).update(article=into)
        FormerSlug.objects.filter(article=source).update(article=into)
        redirects.remember_slug(into, source.slug)
        invalidation.invalidate(*into.cache_tags(), tags.MISSING)
    return followed


def _check(source: Article | None, into: Article | None) -> None:
    if source is None or into is None:
        raise ValidationError("One of the stories is no longer here.")
    if source.pk == into.pk:
        raise ValidationError("A story cannot be merged into itself.")
    if source.is_paid or into.is_paid:
        raise ValidationError("Paid pieces are not merged: each stands under its own label.")
    if not source.is_public or not into.is_public:
        raise ValidationError("Both stories must be out.")


def named(text: str) -> Article | None:
    """The story that somebody wrote down by its address, its path or its slug."""
    slug = text.strip().rstrip("/").rsplit("/", 1)[-1]
    return Article.objects.filter(slug=slug).select_related("section").first()
