"""
Viewable impressions that a position can be expected to have on some days.

Each of the last four weeks says how many page views the same days of the week had; a share of page
views becomes viewable impressions in the position; a target (section, coins, device) has its share
of the page views. So days on which nothing stood in a position do not count against it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from advertising.models import Action, DailyCount, Device, Placement
from audience.choices import FigureKind
from audience.models import DailyFigure, DailyViews, DailyVisitors

WEEKS = 4
SHARE_OVER = timedelta(days=14)
DEVICES = {Device.PHONE: ("phone",), Device.DESKTOP: ("tablet", "desktop")}


@dataclass(frozen=True)
class Expected:
    """Viewable impressions: of the weakest of the last weeks, of their mean, of the strongest."""

    lowest: int = 0
    mean: int = 0
    highest: int = 0


@dataclass(frozen=True)
class Target:
    """Section, coins and device of a banner. None: everywhere."""

    section: int | None = None
    coins: frozenset[int] | None = None
    device: str | None = None

    @classmethod
    def of(cls, placement: Placement) -> "Target":
        """One query, for its coins."""
        coins = frozenset(coin.pk for coin in placement.coins.all()) if placement.pk else None
        device = None if placement.device == Device.ANY else placement.device
        return cls(placement.section_id, coins or None, device)


def page_views(today: date) -> dict[date, int]:
    """Of the last four weeks, by day. One query."""
    rows = DailyVisitors.objects.filter(day__range=_weeks_before(today), views__gt=0)
    return dict(rows.values_list("day", "views"))


def _weeks_before(today: date) -> tuple[date, date]:
    return today - timedelta(weeks=WEEKS), today - timedelta(days=1)


class Forecast:
    """Of one position, as of today. Two queries, and two for each section, set of coins or device that is
    asked, however many days they are.
    """

    def __init__(self, slot: str, page_views: dict[date, int] | None = None) -> None:
        self.slot = slot
        self.today = timezone.now().date()
        self._known_views = page_views
        self._shares: dict[tuple[str, Any], float] = {}

    def expected(self, days: Sequence[date], target: Target | None = None) -> Expected:
        """Nothing, while too little was counted to say."""
        share = self.share(target or Target())
        weeks = [week for number in range(WEEKS) if (week := self._same_days(days, number))]
        if not weeks:
            mean = share * len(days) * self._mean
            return Expected(round(mean), round(mean), round(mean))
        return Expected(
            round(share * min(weeks)),
            round(share * sum(weeks) / len(weeks)),
            round(share * max(weeks)),
        )

    def share(self, target: Target) -> float:
        """Of all page views, those that a target is about; as if its parts had nothing to do with each
        other.
        """
        return (
            self._of("section", target.section)
            * self._of("coins", target.coins)
            * self._of("device", target.device)
        )

    def rivalry(self, booked: Target, asked: Target) -> float:
        """The part of a booking that takes place where another target is: none of it where the two
        cannot meet.
        """
        part = 1.0
        for name in ("section", "coins", "device"):
            theirs, ours = getattr(booked, name), getattr(asked, name)
            if ours is None:
                continue
            if theirs is None:
                part *= self._of(name, ours)
            elif not (theirs & ours if name == "coins" else theirs == ours):
                return 0.0
        return part

    # --- What was counted -----------------------------------------------------------------------

    @cached_property
    def _views(self) -> dict[date, int]:
        return page_views(self.today) if self._known_views is None else self._known_views

    @cached_property
    def _viewable(self) -> dict[date, int]:
        rows = DailyCount.objects.filter(
            slot=self.slot, action=Action.VIEWABLE, reason="", day__range=_weeks_before(self.today)
        )
        return dict(rows.order_by().values_list("day").annotate(Sum("number")))

    @cached_property
    def _by_day(self) -> dict[date, float]:
        """Viewable impressions as they would have been on each day with something in the position;
        what was counted, where page views were not.
        """
        served = self._views.keys() & self._viewable.keys()
        if not served:
            return dict(self._viewable)
        viewable = sum(self._viewable[day] for day in served)
        rate = viewable / sum(self._views[day] for day in served)
        return {day: rate * views for day, views in self._views.items()}

    @cached_property
    def _mean(self) -> float:
        days = self._by_day.values()
        return sum(days) / len(days) if days else 0.0

    def _same_days(self, days: Sequence[date], week: int) -> float:
        """The sum of the same days of the week, so many weeks ago; 0 if one of them was not counted."""
        last = self.today - timedelta(days=1 + 7 * week)
        past = [last - timedelta(days=(last.weekday() - day.weekday()) % 7) for day in days]
        if not all(day in self._by_day for day in past):
            return 0.0
        return sum(self._by_day[day] for day in past)

    def _of(self, name: str, value: Any) -> float:
        if value is None:
            return 1.0
        if (name, value) not in self._shares:
            self._shares[name, value] = getattr(self, f"_of_{name}")(value)
        return self._shares[name, value]

    def _of_section(self, section: int) -> float:
        return self._of_stories(Q(page__story__section=section))

    def _of_coins(self, coins: Collection[int]) -> float:
        about = DailyViews.objects.filter(page__story__coins__in=coins).values("page").distinct()
        return self._of_stories(Q(page__in=about))

    def _of_device(self, device: str) -> float:
        rows = DailyFigure.objects.filter(kind=FigureKind.DEVICE, day__range=self._recent)
        numbers = dict(rows.order_by().values_list("word").annotate(total=Sum("number")))
        total = sum(numbers.values())
        return sum(numbers.get(word, 0) for word in DEVICES[Device(device)]) / (total or 1)

    def _of_stories(self, which: Q) -> float:
        rows = DailyViews.objects.filter(day__range=self._recent)
        total = rows.aggregate(views=Sum("views"))["views"] or 0
        return (rows.filter(which).aggregate(views=Sum("views"))["views"] or 0) / (total or 1)

    @property
    def _recent(self) -> tuple[date, date]:
        return self.today - SHARE_OVER, self.today - timedelta(days=1)
