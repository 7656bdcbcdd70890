"""Reading in these minutes, against what is usual."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from articles.models import Article
from audience.choices import FigureKind, SourceGroup
from audience.counting.batch import FIVE_MINUTES
from audience.models import DailyFigure, DailyViews, HourlyViews, PageReader, RecentViews
from audience.reports.periods import seconds_of, share_of
from audience.robots import LABELS

SPAN = timedelta(minutes=30)
WEEKS = 4  # of the same hour of the same day that are “usual”
MOST = 20


# page, story, when it begins, source, views
Recent = tuple[int, int | None, datetime, str, int]


@dataclass(frozen=True)
class StoryNow:
    story: Article
    readers: int
    views: int
    before: int  # in the half hour before
    source: str

    @property
    def change(self) -> int:
        """Views more or less than in the half hour before."""
        return self.views - self.before


@dataclass(frozen=True)
class Now:
    at: datetime
    readers: int
    views: int
    usual: int | None  # views of half an hour at this time of the week
    seconds: int  # a mean view of today that was measured
    finished: int  # per cent
    stories: list[StoryNow] = field(default_factory=list)
    sources: list[tuple[str, int]] = field(default_factory=list)
    not_found: list[tuple[str, int]] = field(default_factory=list)
    not_counted: list[tuple[str, int]] = field(default_factory=list)
    minutes: list[tuple[datetime, int]] = field(default_factory=list)  # of five each

    @property
    def lists(self) -> list[tuple[str, list[tuple[str, int]]]]:
        return [
            ("Sources", self.sources),
            ("Searches without results, today", self.not_found),
            ("Not counted, today", self.not_counted),
        ]

    @property
    def against_usual(self) -> int | None:
        return round(100 * (self.views - self.usual) / self.usual) if self.usual else None


def now(at: datetime) -> Now:
    """Eight queries, whatever the archive."""
    since = _begin(at) - SPAN
    recent = RecentViews.objects.filter(begins_at__gt=since - SPAN).order_by()
    rows = list(
        recent.values_list("page", "page__story", "begins_at", "source").annotate(Sum("views"))
    )
    inside = [row for row in rows if row[2] > since]
    today = DailyViews.objects.filter(day=at.date()).aggregate(
        seconds=Sum("seconds"), measured=Sum("measured"), whole=Sum("whole")
    )
    sources: Counter[str] = Counter()
    minutes: Counter[datetime] = Counter()
    for _, _, begins_at, source, number in inside:
        sources[SourceGroup(source).label] += number
        minutes[begins_at] += number
    return Now(
        at=at,
        readers=_readers(at),
        views=sum(row[4] for row in inside),
        usual=_usual(at),
        seconds=seconds_of(today),
        finished=share_of(today, "whole"),
        stories=_stories(at, rows, since),
        sources=sources.most_common(),
        not_found=_figures(at, FigureKind.NOT_FOUND),
        not_counted=[
            (LABELS.get(word, word), number)
            for word, number in _figures(at, FigureKind.NOT_COUNTED)
        ],
        minutes=[
            (moment, minutes[moment])
            for moment in (since + FIVE_MINUTES * step for step in range(1, 7))
        ],
    )


def _begin(at: datetime) -> datetime:
    """The five minutes that a moment lies in."""
    return at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0)


def _readers(at: datetime) -> int:
    seen = PageReader.objects.filter(seen_at__gt=at - SPAN)
    return int(seen.aggregate(number=Count("person", distinct=True))["number"])


def _usual(at: datetime) -> int | None:
    """Half of what the same hour of the same day had in the weeks before; None until there is one."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    rows = HourlyViews.objects.filter(begins_at__in=hours).order_by()
    found = rows.values_list("begins_at").annotate(number=Sum("views"))
    numbers = [number for _, number in found]
    return round(sum(numbers) / len(numbers) / 2) if numbers else None


def _stories(at: datetime, rows: list[Recent], since: datetime) -> list[StoryNow]:
    views: Counter[int] = Counter()
    before: Counter[int] = Counter()
    sources: dict[int, Counter[str]] = {}
    for _, story, begins_at, source, number in rows:
        if story is None:
            continue
        (views if begins_at > since else before)[story] += number
        if begins_at > since and source != SourceGroup.INSIDE:
            sources.setdefault(story, Counter())[source] += number
    wanted = [story for story, _ in views.most_common(MOST)]
    found = Article.objects.for_cards().order_by().in_bulk(wanted)
    readers = dict(
        PageReader.objects.filter(seen_at__gt=at - SPAN, page__story__in=wanted)
        .order_by()
        .values_list("page__story")
        .annotate(number=Count("pk"))
    )
    return [
        StoryNow(
            story=found[key],
            readers=readers.get(key, 0),
            views=views[key],
            before=before[key],
            source=_first(sources.get(key, Counter())),
        )
        for key in wanted
        if key in found
    ]


def _first(sources: Counter[str]) -> str:
    return SourceGroup(sources.most_common(1)[0][0]).label if sources else ""


def _figures(at: datetime, kind: FigureKind, most: int = 8) -> list[tuple[str, int]]:
    rows = DailyFigure.objects.filter(day=at.date(), kind=kind).order_by("-number", "word")
    return list(rows.values_list("word", "number")[:most])


def most_read_now(at: datetime, most: int) -> list[tuple[Article, int]]:
    """Stories of the last half hour with their views, for the front of the desk. Two queries."""
    views = (
        RecentViews.objects.filter(begins_at__gt=_begin(at) - SPAN, page__story__isnull=False)
        .order_by()
        .values_list("page__story")
        .annotate(number=Sum("views"))
        .order_by("-number", "page__story")[:most]
    )
    numbers = dict(views)
    found = Article.objects.only("title", "status").in_bulk(list(numbers)) if numbers else {}
    return [(found[key], number) for key, number in numbers.items() if key in found]
