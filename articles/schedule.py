"""When what readers see changes without anybody’s doing: a story comes out, or its time is over."""

from django.utils import timezone

from articles import page_keys
from articles.models import Article
from newsroom.pagecache import changes_at, record
from newsroom.pagecache.shared import shared


@shared(page_keys.SCHEDULE)
def until_next_change() -> None:
    """Say that what is being made is true until the next story comes out or goes, at most."""
    record(page_keys.SCHEDULE)
    scheduled = Article.objects.scheduled().order_by("published_at")
    changes_at(scheduled.values_list("published_at", flat=True).first())
    expiring = Article.objects.filter(expires_at__gt=timezone.now(), status="published").order_by("expires_at")
    changes_at(expiring.values_list("expires_at", flat=True).first())
