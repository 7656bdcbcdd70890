"""Taking comments off the page and putting them back; the count follows in the same transaction."""

from django.db import transaction
from django.db.models import QuerySet

from articles.models import Article
from comments import counting
from comments.models import SiteComment


def remove(comments: QuerySet[SiteComment]) -> int:
    """Leave a tombstone where a comment has replies, nothing where it has none."""
    return _set(comments, is_removed=True)


def restore(comments: QuerySet[SiteComment]) -> int:
    return _set(comments, is_removed=False, is_public=True)


def _set(comments: QuerySet[SiteComment], **state: bool) -> int:
    with transaction.atomic():
        rows = list(comments.values_list("pk", "object_pk"))
        articles = sorted({int(object_pk) for _, object_pk in rows})
        # The articles first, then their comments: everybody locks in this order.
        list(Article.objects.select_for_update(of=("self",)).only("pk").filter(pk__in=articles).order_by("pk"))
        changed = SiteComment.objects.filter(pk__in=[pk for pk, _ in rows]).update(**state)
        for article_id in articles:
            counting.recount(article_id)
    return changed
