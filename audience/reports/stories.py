"""Stories of a period by their readers, in a section or by an author or about a coin or a tag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import F, QuerySet, Sum

from articles.models import Article
from audience.choices import SourceGroup
from audience.models import DailySource, DailyViews, Page
from audience.reports.periods import Days, seconds_of, share_of

MOST = 50
SUMS = {name: Sum(name) for name in ("views", "readers", "seconds", "measured", "half", "whole")}
ORDERS = {"views": "views", "readers": "readers", "time": "seconds", "end": "finished"}
# What a list may be about, and how a story is found by it.
ABOUT = {
    "section": "page__story__section",
    "author": "page__story__bylines__author",
    "tag": "page__story__tags",
    "coin": "page__story__coins",
}


@dataclass(frozen=True)
class Row:
    """Of a story, or of what stories have in common."""

    label: str
    story: Article | None
    views: int
    readers: int
    views_before: int
    seconds: int  # of a mean view that was measured
    finished: int  # per cent of those that came to the end
    source: str = ""

    @property
    def change(self) -> int | None:
        """Per cent against the period before; None where there is nothing to compare with."""
        if not self.views_before:
            return None
        return round(100 * (self.views - self.views_before) / self.views_before)

    @property
    def minutes(self) -> str:
        return f"{self.seconds // 60}:{self.seconds % 60:02}"


def of_period(
    days: Days, about: dict[str, int] | None = None, order: str = "views", most: int = MOST
) -> list[Row]:
    """The most read stories of a period. Three queries: sums, the period before, stories."""
    rows = _rows(days, about)
    sums = list(
        rows.values("page", "page__story").annotate(**SUMS).order_by("-views", "page")[: 4 * most]
    )
    before = _views(days.before, [row["page"] for row in sums])
    stories = (
        Article.objects.for_cards().order_by().in_bulk([row["page__story"] for row in sums])
        if sums
        else {}
    )
    sources = _first_sources(days, [row["page"] for row in sums])
    found = [
        _row(stories[row["page__story"]], row, before, sources)
        for row in sums
        if row["page__story"] in stories
    ]
    return sorted(found, key=attrgetter(ORDERS.get(order, "views")), reverse=True)[:most]


def _rows(days: Days, about: dict[str, int] | None) -> QuerySet[DailyViews]:
    rows = DailyViews.objects.filter(day__range=days.both, page__story__isnull=False)
    for name, key in (about or {}).items():
        rows = rows.filter(**{ABOUT[name]: key})
    return rows.order_by()


def _views(days: Days, pages: Sequence[int]) -> dict[int, int]:
    rows = DailyViews.objects.filter(day__range=days.both, page__in=pages).order_by()
    return dict(rows.values_list("page").annotate(number=Sum("views")))


def _first_sources(days: Days, pages: Sequence[int]) -> dict[int, str]:
    """The source of most readers of each page, but for those who were here already."""
    rows = (
        DailySource.objects.filter(day__range=days.both, page__in=pages)
        .exclude(source=SourceGroup.INSIDE)
        .order_by()
        .values_list("page", "source")
        .annotate(number=Sum("views"))
        .order_by("number")
    )
    return {page: SourceGroup(source).label for page, source, _ in rows}


def _row(
    story: Article, row: Mapping[str, Any], before: dict[int, int], sources: dict[int, str]
) -> Row:
    return Row(
        label=story.title,
        story=story,
        views=row["views"],
        readers=row["readers"],
        views_before=before.get(row["page"], 0),
        seconds=seconds_of(row),
        finished=share_of(row, "whole"),
        source=sources.get(row["page"], ""),
    )


def by(name: str, days: Days) -> list[Row]:
    """Sections, authors, tags or coins by what was read of theirs. Two queries."""
    path = ABOUT[name]
    label = {"coin": "symbol", "section": "name", "author": "name", "tag": "name"}[name]

    def sums(of: Days) -> Any:
        rows = _rows(of, None).filter(**{f"{path}__isnull": False})
        return rows.values(key=F(path), word=F(f"{path}__{label}")).annotate(**SUMS)

    before = {row["key"]: row["views"] for row in sums(days.before)}
    return [
        Row(
            label=row["word"],
            story=None,
            views=row["views"],
            readers=row["readers"],
            views_before=before.get(row["key"], 0),
            seconds=seconds_of(row),
            finished=share_of(row, "whole"),
        )
        for row in sums(days).order_by("-views", "key")[:MOST]
    ]


def page_of(story: Article) -> Page | None:
    return Page.objects.filter(story=story).first()
