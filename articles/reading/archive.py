"""The archive by month: which months there are, and what came out in one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from articles import cache_tags
from articles.models import Article
from articles.querysets import ArticleQuerySet
from pagecache import add_tags


@dataclass(frozen=True, order=True)
class Month:
    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        return cls(moment.year, moment.month)

    @property
    def begins(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)


def months() -> list[Month]:
    """From the month of the first story to this one, the newest first. One step along an index,
    however many.
    """
    add_tags(cache_tags.STORIES)
    first = (
        Article.objects.published()
        .order_by("published_at")
        .values_list("published_at", flat=True)
        .first()
    )
    if first is None:
        return []
    found, month = [], Month.of(timezone.now())
    while month >= Month.of(first):
        found.append(month)
        month = month.previous
    return found


def stories_in(month: Month) -> ArticleQuerySet:
    add_tags(cache_tags.STORIES)
    # Written as BETWEEN, SQLite takes it as its bound, and not the “until now” that every list has
    # besides.
    last = month.next.begins - timedelta(microseconds=1)
    return Article.objects.published().filter(published_at__range=(month.begins, last))
