"""The trash: drafts that are deleted for good after thirty days."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks import task

from articles.models import Article

KEPT_FOR = timedelta(days=30)
MOST_AT_ONCE = 500  # deleted by one run of the clean-up


def put_in(article: Article) -> bool:
    """Put a draft into the trash. Returns whether it went there now. Raises ValidationError for what
    was ever published, or is in review.
    """
    drafts = Article.objects.filter(pk=article.pk, status="draft", published_at=None)
    if drafts.filter(trashed_at=None).update(trashed_at=timezone.now()) == 1:
        return True
    if not drafts.exists():
        raise ValidationError(
            f"“{article.title}” is not a draft: only drafts that were never published go to the trash."
        )
    return False


def take_out(article: Article) -> bool:
    """Take a draft out of the trash. Returns whether it was there."""
    there = Article.objects.filter(pk=article.pk, trashed_at__isnull=False)
    return there.update(trashed_at=None) == 1


@task()
def empty() -> int:
    """Delete for good what has been in the trash for thirty days. Returns how many stories went."""
    old = Article.objects.filter(trashed_at__lt=timezone.now() - KEPT_FOR)
    keys = list(old.values_list("pk", flat=True)[:MOST_AT_ONCE])
    return old.filter(pk__in=keys).delete()[1].get("articles.Article", 0)
