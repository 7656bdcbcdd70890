"""When what readers see changes without anybody’s doing: a story comes out."""

from articles import page_keys
from articles.models import Article
from newsroom.pagecache import changes_at, record
from newsroom.pagecache.shared import shared


@shared(page_keys.SCHEDULE)
def until_next_change() -> None:
    """Say that what is being made is true until the next story comes out, at most."""
    record(page_keys.SCHEDULE)
    scheduled = Article.objects.scheduled().order_by("published_at")
    changes_at(scheduled.values_list("published_at", flat=True).first())
