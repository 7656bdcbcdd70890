"""The publication as a whole: its days, where readers come from and go to, what they look for."""

from dataclasses import dataclass
from datetime import date

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

    def sums(of: Days) -> dict[str, int]:
        rows = DailyFigure.objects.filter(kind=kind, day__range=of.both).order_by()
        return dict(rows.values_list("word").annotate(number=Sum("number")))

    before, found = sums(days.before), sums(days)
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))[:most]
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
