"""Names and badges under comments: when an account’s change, so do the pages with its comments."""

from collections.abc import Collection
from typing import Any

from articles import cache_tags
from articles.models import Author
from comments.models import SiteComment
from pagecache import invalidation

# Who is of the newsroom, and what they are called.
STAFF = "staff"
SHOWN = frozenset({"username", "first_name", "last_name", "is_staff"})


def purge_pages_of_user(
    instance: Any, update_fields: Collection[str] | None = None, **kwargs: Any
) -> None:
    """Receives post_save and pre_delete of accounts. Signing in writes other fields, and changes
    nothing here.
    """
    if update_fields is None or SHOWN & set(update_fields):
        _purge(instance.pk)
        if instance.is_staff:
            invalidation.invalidate(STAFF)


def purge_pages_of_author(instance: Author, **kwargs: Any) -> None:
    if instance.user_id:
        _purge(instance.user_id)


def _purge(user_id: int) -> None:
    articles = (
        SiteComment.objects.filter(user=user_id)
        .order_by()
        .values_list("object_pk", flat=True)
        .distinct()
    )
    invalidation.invalidate(cache_tags.COMMENTS, *(f"article:{pk}" for pk in articles))
