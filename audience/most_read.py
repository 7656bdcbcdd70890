"""The list of what is most read: stories by their readers of a day and of a week, without what was paid for. It is
worked out by the worker, so that no page counts anything.
"""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django_tasks import task

from articles import cache_tags
from articles.models import Article, Section
from articles.reading import page_lifetime
from audience.choices import Period
from audience.models import DailyViews, MostRead
from pagecache import add_tags, table_tag, tags
from pagecache.cached import cached_by_tags
from pagecache.invalidation import invalidate

PLACES = 10
AMONG = 60  # some of what is read most is paid, or not public any more
TAG = "most-read"
WEEK = 7  # days
FEWEST_READERS = 2


@cached_by_tags(TAG, cache_tags.STORIES, cache_tags.SCHEDULE, table_tag(Section))
def stories(period: str, number: int = PLACES) -> list[Article]:
    """The most read first. What has been taken down since is left out."""
    add_tags(TAG, table_tag(Section))
    page_lifetime.until_next_change()
    places = MostRead.objects.filter(period=period).order_by("place")
    keys = list(places.values_list("story", flat=True)[:number])
    found = Article.objects.published().journalism().for_cards().order_by().in_bulk(keys)
    add_tags(*map(tags.row_tag, found.values()))
    return [found[key] for key in keys if key in found]


@task()
def work_out() -> None:
    """Put the lists in order. Pages that show them are made anew when one has changed."""
    has_changed = False
    with transaction.atomic():
        for period in Period:
            wanted = _ranked(period, timezone.now())
            rows = MostRead.objects.filter(period=period)
            if [key for key, _ in wanted] == list(
                rows.order_by("place").values_list("story", flat=True)
            ):
                continue
            has_changed = True
            rows.delete()
            MostRead.objects.bulk_create(
                MostRead(period=period, place=place, story_id=key, readers=readers)
                for place, (key, readers) in enumerate(wanted, start=1)
            )
        if has_changed:
            invalidate(TAG)


def _ranked(period: Period, now: datetime) -> list[tuple[int, int]]:
    """Stories and their readers. Of yesterday as much counts as lies within a day."""
    if period == Period.WEEK:
        readers = _readers(since=now - timedelta(days=WEEK - 1), until=now)
    else:
        readers = _readers(since=now, until=now)
        left = 1 - (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(
            days=1
        )
        yesterday = now - timedelta(days=1)
        for key, number in _readers(since=yesterday, until=yesterday).items():
            readers[key] += round(number * left)
    wanted = [each for each in readers.most_common(AMONG) if each[1] >= FEWEST_READERS]
    public = set(
        Article.objects.published()
        .journalism()
        .order_by()
        .filter(pk__in=[key for key, _ in wanted])
        .values_list("pk", flat=True)
    )
    return [(key, number) for key, number in wanted if key in public][:PLACES]


def _readers(since: datetime, until: datetime) -> Counter[int]:
    rows = (
        DailyViews.objects.filter(
            day__range=(since.date(), until.date()), page__story__isnull=False, readers__gt=0
        )
        .order_by()
        .values_list("page__story")
        .annotate(number=Sum("readers"))
        .order_by("-number")[: 2 * AMONG]
    )
    return Counter(dict(rows))
