"""The publication as a whole: its days, where readers come from and go to, what they look for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from audience.choices import FigureKind, SourceGroup
from audience.models import DailyFigure, DailySource, DailyViews, DailyVisitors
from audience.reports.periods import Days
from audience.robots import LABELS

MOST = 40


@dataclass(frozen=True)
class Figure:
    """A word, how often it was counted, and how often in the period before."""

    word: str
    number: int
    before: int

    @property
    def change(self) -> int | None:
        return round(100 * (self.number - self.before) / self.before) if self.before else None


def figures(kind: FigureKind, days: Days, most: int = MOST) -> list[Figure]:
    """Two queries."""

    def sums(of: Days) -> Any:
        rows = DailyFigure.objects.filter(kind=kind, day__range=of.both).order_by()
        # Not by the name of the column, which would be what is sorted by.
        return rows.values_list("word").annotate(total=Sum("number"))

    # Strangers make up words: no more of them are in memory than are shown.
    ranked = list(sums(days).order_by("-total", "word")[:most])
    before = dict(sums(days.before).filter(word__in=[word for word, _ in ranked]))
    label = LABELS if kind == FigureKind.NOT_COUNTED else {}
    return [Figure(label.get(word, word), number, before.get(word, 0)) for word, number in ranked]


def sources(days: Days) -> list[Figure]:
    """Groups of sources. Two queries."""

    def sums(of: Days) -> dict[str, int]:
        rows = DailySource.objects.filter(day__range=of.both).order_by()
        return dict(rows.values_list("source").annotate(number=Sum("views")))

    before, found = sums(days.before), sums(days)
    return [
        Figure(SourceGroup(source).label, number, before.get(source, 0))
        for source, number in sorted(found.items(), key=lambda each: -each[1])
    ]


def views_by_day(days: Days) -> list[tuple[date, int]]:
    rows = DailyViews.objects.filter(day__range=days.both).order_by()
    found = rows.values_list("day").annotate(number=Sum("views")).order_by("day")
    return list(found)


def visitors_by_day(days: Days) -> list[tuple[date, int]]:
    """Of days that are over."""
    rows = DailyVisitors.objects.filter(day__range=days.both).order_by("day")
    return list(rows.values_list("day", "visitors"))
