"""One story: its curve since it came out beside the median of its section, its readers and sources."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Sum
from django.utils import timezone

from articles.models import Article, ArticleCoin
from audience.choices import SourceGroup
from audience.models import HourlyViews
from audience.reports.periods import seconds_of, share_of
from audience.reports.stories import SUMS, page_of

CURVE_HOURS = 48
NEIGHBOURS = 30  # stories of its section before it
FEWEST_NEIGHBOURS = 3
MOST_DAYS = 30


@dataclass(frozen=True)
class StoryReport:
    views: int = 0
    readers: int = 0
    seconds: int = 0
    half: int = 0  # per cent of the views that were measured
    finished: int = 0
    curve: list[int] = field(default_factory=list)  # views until the end of each hour
    usual: list[float] = field(default_factory=list)  # the same of the section’s stories
    sources: list[tuple[str, int]] = field(default_factory=list)
    days: list[tuple[date, int]] = field(default_factory=list)
    coins: list[ArticleCoin] = field(default_factory=list)  # whose price at publication is known
    elsewhere: list[tuple[str, int]] = field(default_factory=list)  # figures of other apps

    @property
    def minutes(self) -> str:
        return f"{self.seconds // 60}:{self.seconds % 60:02}"


# Figures of a story that apps above this one count: a label and a number each.
_elsewhere: list[Callable[[Article], tuple[str, int]]] = []


def add_figure(figure: Callable[[Article], tuple[str, int]]) -> None:
    """Show one more figure in the report of every story. Called once, when an app is ready."""
    if figure not in _elsewhere:
        _elsewhere.append(figure)


def report(story: Article, now: datetime | None = None) -> StoryReport:
    """Eight queries at most and one for each figure of other apps, whatever the archive."""
    page = page_of(story)
    coins = list(
        story.article_coins.exclude(price_at_publication=None).select_related("coin").order_by("pk")
    )
    elsewhere = [figure(story) for figure in _elsewhere]
    if page is None:
        return StoryReport(coins=coins, elsewhere=elsewhere)
    sums = page.days.aggregate(**SUMS)
    sources = page.sources.order_by().values_list("source").annotate(number=Sum("views"))
    days = page.days.order_by("-day").values_list("day", "views")[:MOST_DAYS]
    now = now or timezone.now()
    return StoryReport(
        views=sums["views"] or 0,
        readers=sums["readers"] or 0,
        seconds=seconds_of(sums),
        half=share_of(sums, "half"),
        finished=share_of(sums, "whole"),
        curve=_curve(story, now),
        usual=_usual(story, now),
        sources=sorted(
            ((SourceGroup(source).label, number) for source, number in sources),
            key=lambda row: -row[1],
        ),
        days=list(reversed(days)),
        coins=coins,
        elsewhere=elsewhere,
    )


def _curve(story: Article, now: datetime) -> list[int]:
    """Until now, or for two days. Empty once its hours are forgotten."""
    if not story.published_at:
        return []
    return _curves([story], now).get(story.pk, [])


def _usual(story: Article, now: datetime) -> list[float]:
    """The median of the stories that came out before it in its section, as long as their hours are
    known.
    """
    if not story.published_at:
        return []
    others = list(
        Article.objects.published()
        .filter(section=story.section_id, published_at__lt=story.published_at)
        .order_by("-published_at", "-pk")
        .only("pk", "published_at")[:NEIGHBOURS]
    )
    curves = [each for each in _curves(others, now).values() if len(each) == CURVE_HOURS]
    if len(curves) < FEWEST_NEIGHBOURS:
        return []
    return [median(each[hour] for each in curves) for hour in range(CURVE_HOURS)]


def _curves(stories: list[Article], now: datetime) -> dict[int, list[int]]:
    begins = {
        each.pk: each.published_at.replace(minute=0, second=0, microsecond=0)
        for each in stories
        if each.published_at
    }
    if not begins:
        return {}
    rows = HourlyViews.objects.filter(
        page__story__in=list(begins), begins_at__gte=min(begins.values())
    ).order_by()
    views: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for key, at, number in rows.values_list("page__story", "begins_at", "views"):
        hour = (at - begins[key]) // timedelta(hours=1)
        if 0 <= hour < CURVE_HOURS:
            views[key][hour] += number
    return {
        key: _added_up(views[key], min(CURVE_HOURS, (now - begins[key]) // timedelta(hours=1) + 1))
        for key in begins
        if key in views
    }


def _added_up(hours: dict[int, int], length: int) -> list[int]:
    total, found = 0, []
    for hour in range(length):
        total += hours.get(hour, 0)
        found.append(total)
    return found
