"""Page views of the demo’s readers: invented, and adding up like everything that is counted."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Subquery, Sum

from articles.models import Article
from audience import digests, most_read
from audience.choices import FigureKind, SourceGroup
from audience.counting.batch import DAILY_SUMS, FIVE_MINUTES
from audience.models import (
    DailyFigure,
    DailySource,
    DailyViews,
    DailyVisitors,
    HourlyViews,
    Page,
    PageReader,
    RecentViews,
)
from core import upserts

STORIES = 40
DAYS = 14
HALVED_AFTER = 1.6  # days
# Of a hundred views.
SOURCES = {
    SourceGroup.SEARCH: 34, SourceGroup.SOCIAL: 19, SourceGroup.DIRECT: 17, SourceGroup.INSIDE: 14,
    SourceGroup.NEWSLETTER: 11, SourceGroup.SITE: 5,
}  # fmt: skip
FIGURES = {
    FigureKind.HOST: {"google.com": 190, "X": 96, "Reddit": 41, "duckduckgo.com": 38, "Telegram": 33},
    FigureKind.DEVICE: {"phone": 610, "desktop": 352, "tablet": 38},
    FigureKind.SEARCHED: {"etf": 22, "stablecoin": 17, "fees": 12, "halving": 9},
    FigureKind.NOT_FOUND: {"staking form": 7, "proof of lag": 5, "palisade outage": 4},
    FigureKind.NOT_COUNTED: {"robot": 240, "prefetch": 31, "unknown": 18, "staff": 12},
}  # fmt: skip


def load(now: datetime) -> None:
    """Views of two weeks and of the last hour. What was counted before stays as it is."""
    if DailyViews.objects.exists():
        return
    dice = random.Random(7)
    stories = list(
        Article.objects.published().select_related("section").order_by("-published_at")[:STORIES]
    )
    pages = {
        story: Page.objects.create(
            key=f"story:{story.pk}", path=story.get_absolute_url(), story=story
        )
        for story in stories
    }
    hourly: Counter[tuple[int, datetime]] = Counter()
    for story, page in pages.items():
        fame = dice.paretovariate(1.3) * 120
        for hours in range(DAYS * 24):
            at = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)
            if story.published_at is None or at < story.published_at - timedelta(hours=1):
                continue
            age = (at - story.published_at) / timedelta(days=HALVED_AFTER)
            daylight = 0.4 + 0.6 * (7 <= at.hour <= 22)
            views = int(fame * 0.5 ** max(age, 0) * daylight * dice.uniform(0.6, 1.4))
            if views:
                hourly[page.pk, at] = views
    _store(hourly, now, dice)
    most_read.work_out.func()


def _store(hourly: Counter[tuple[int, datetime]], now: datetime, dice: random.Random) -> None:
    upserts.add(
        HourlyViews, ("page_id", "begins_at"), ("views",), {k: (n,) for k, n in hourly.items()}
    )
    daily: Counter[tuple[int, date]] = Counter()
    for (page, at), views in hourly.items():
        daily[page, at.date()] += views
    days = {
        line: (
            views, int(views * 0.86), views * 96, int(views * 0.9), int(views * 0.61), int(views * 0.44),
        )
        for line, views in daily.items()
    }  # fmt: skip
    upserts.add(DailyViews, ("page_id", "day"), DAILY_SUMS, days)
    Page.objects.update(
        views=Subquery(
            DailyViews.objects.filter(page=OuterRef("pk"))
            .order_by()
            .values("page")
            .annotate(total=Sum("views"))
            .values("total")
        )
    )
    sources = {
        (*line, source.value): (max(views * share // 100, 1),)
        for line, views in daily.items()
        for source, share in SOURCES.items()
    }
    upserts.add(DailySource, ("page_id", "day", "source"), ("views",), sources)
    of_day: Counter[date] = Counter()
    for (_, day), views in daily.items():
        of_day[day] += views
    figures = {
        (day, kind.value, word): (max(views * number // 1000, 1),)
        for day, views in of_day.items()
        for kind, words in FIGURES.items()
        for word, number in words.items()
    }
    upserts.add(DailyFigure, ("day", "kind", "word"), ("number",), figures)
    DailyVisitors.objects.bulk_create(
        DailyVisitors(day=day, visitors=int(views * 0.55), views=views)
        for day, views in of_day.items()
        if day != now.date()
    )
    _store_recent(hourly, now, dice)


def _store_recent(
    hourly: Counter[tuple[int, datetime]], now: datetime, dice: random.Random
) -> None:
    """Views of the last hour, for Now."""
    begin = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    last = max((at for _, at in hourly), default=begin)
    recent = {
        (page, begin - FIVE_MINUTES * step, source.value): (number,)
        for (page, at), views in hourly.items()
        if at == last
        for step in range(12)
        for source, share in SOURCES.items()
        if (number := int(views * share / 1200 * dice.uniform(0.5, 1.5)))
    }
    upserts.add(RecentViews, ("page_id", "begins_at", "source"), ("views",), recent)
    views: Counter[int] = Counter()
    for (page, _, _), (number,) in recent.items():
        views[page] += number
    PageReader.objects.bulk_create(
        PageReader(
            day=now.date(),
            page_id=page,
            person=digests.person(f"{page}", f"{number}", now.date()),
            network=digests.network_digest(f"{page} {number}", now.date()),
            views=1,
            seen_at=now - timedelta(minutes=dice.uniform(0, 29)),
        )
        for page, total in views.items()
        for number in range(int(total * 0.4))
    )
