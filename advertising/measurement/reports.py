"""Reports for advertisers and the desk: by day, slot and page, with everything that was
filtered.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Min, QuerySet, Sum

from advertising.delivery.slots import label_of
from advertising.measurement import invalid_traffic as reasons
from advertising.models import Action, DailyCount, DailyReach, PageCount, Placement

MOST_PAGES = 50


@dataclass(frozen=True)
class DeliveryFigures:
    """Billable numbers."""

    offered: int = 0
    rendered: int = 0
    viewable: int = 0
    clicked: int = 0

    def __add__(self, other: "DeliveryFigures") -> "DeliveryFigures":
        return DeliveryFigures(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(self))
        )

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))

    @property
    def click_rate(self) -> float | None:
        """Clicks in a hundred viewable impressions; None where nothing was viewable."""
        return 100 * self.clicked / self.viewable if self.viewable else None

    @property
    def click_rate_of_mails(self) -> float | None:
        """Clicks in a hundred mails, for the newsletter, which does not know what was viewable."""
        return 100 * self.clicked / self.offered if self.offered else None


NOTHING = DeliveryFigures()


def add_up(figures: Iterable[DeliveryFigures]) -> DeliveryFigures:
    return sum(figures, NOTHING)


# --- Periods --------------------------------------------------------------------------------------

PERIODS = {"7d": ("7 days", 7), "14d": ("14 days", 14), "30d": ("30 days", 30), "all": ("All", 0)}
USUAL = "14d"


@dataclass(frozen=True)
class Period:
    """From its first day to its last, both of them in it."""

    key: str
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [
            self.first + timedelta(days=number)
            for number in range((self.last - self.first).days + 1)
        ]


def period_of(key: str, placements: QuerySet[Placement], today: date) -> Period:
    """Up to today. One query for “all”, which begins with the first day on which anything was
    counted.
    """
    key = key if key in PERIODS else USUAL
    length = PERIODS[key][1]
    if length:
        return Period(key, today - timedelta(days=length - 1), today)
    counted = DailyCount.objects.filter(placement__in=placements).aggregate(
        first=Min("day"), last=Max("day")
    )
    return Period(key, counted["first"] or today, max(counted["last"] or today, today))


# --- An advertiser’s placements together ----------------------------------------------------------


@dataclass(frozen=True)
class Overview:
    period: Period
    by_day: dict[date, DeliveryFigures]
    by_placement: dict[int, DeliveryFigures]  # over all time

    @property
    def total(self) -> DeliveryFigures:
        return add_up(self.by_day.values())

    @property
    def total_of_all_time(self) -> DeliveryFigures:
        return add_up(self.by_placement.values())


def overview(placements: QuerySet[Placement], period: Period) -> Overview:
    """Two queries, however many placements and days."""
    billable = DailyCount.objects.filter(placement__in=placements.order_by(), reason="").order_by()
    within = billable.filter(day__range=(period.first, period.last))
    days = _figures(within.values_list("day", "action").annotate(Sum("number")))
    rows = billable.values_list("placement", "action").annotate(Sum("number"))
    return Overview(period, _all_days(period, days), _figures(rows))


def by_placement(
    placements: QuerySet[Placement], period: Period
) -> list[tuple[Placement, DeliveryFigures]]:
    """Those that were shown in a period, with their figures. Two queries."""
    rows = DailyCount.objects.filter(
        placement__in=placements.order_by(), reason="", day__range=(period.first, period.last)
    ).order_by()
    figures = _figures(rows.values_list("placement", "action").annotate(Sum("number")))
    return [(placement, figures[placement.pk]) for placement in placements.filter(pk__in=figures)]


def _figures(rows: Iterable[tuple[Any, str, int]]) -> dict[Any, DeliveryFigures]:
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for key, action, number in rows:
        found[key][action] = number
    return {key: DeliveryFigures(**numbers) for key, numbers in found.items()}


def _all_days(period: Period, found: Mapping[date, DeliveryFigures]) -> dict[date, DeliveryFigures]:
    return {day: found.get(day, NOTHING) for day in period.days}


# --- One placement --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filtered:
    """An action’s part of the ledger: gross is billable and everything that was filtered."""

    action: Action
    billable: int
    reasons: list[tuple[str, int]]  # in words, the most frequent first

    @property
    def gross(self) -> int:
        return self.billable + sum(number for _, number in self.reasons)


@dataclass(frozen=True)
class PlacementReport:
    placement: Placement
    period: Period
    by_day: dict[date, DeliveryFigures]
    by_slot: dict[str, DeliveryFigures]
    ledger: list[Filtered]
    by_page: dict[str, DeliveryFigures]  # over the whole run
    other_pages: DeliveryFigures
    reach: dict[date, int]

    @property
    def total(self) -> DeliveryFigures:
        return add_up(self.by_day.values())

    @property
    def of_pages(self) -> DeliveryFigures:
        return add_up(self.by_page.values()) + self.other_pages


def report(placement: Placement, period: Period) -> PlacementReport:
    """Three queries."""
    lines = list(
        DailyCount.objects.filter(placement=placement, day__range=(period.first, period.last))
        .order_by()
        .values_list("day", "slot", "action", "reason", "number")
    )
    billable = [
        (day, slot, action, number) for day, slot, action, reason, number in lines if not reason
    ]
    days = _figures(_summed((day, action, number) for day, _, action, number in billable))
    slots = _figures(
        _summed((label_of(slot), action, number) for _, slot, action, number in billable)
    )
    pages, others = _pages(placement)
    return PlacementReport(
        placement=placement,
        period=period,
        by_day=_all_days(period, days),
        by_slot=slots,
        ledger=_ledger((action, reason, number) for _, _, action, reason, number in lines),
        by_page=pages,
        other_pages=others,
        reach=dict(
            DailyReach.objects.filter(
                placement=placement, day__range=(period.first, period.last)
            ).values_list("day", "people")
        ),
    )


def _summed(rows: Iterable[tuple[object, str, int]]) -> Iterator[tuple[object, str, int]]:
    sums: dict[tuple[object, str], int] = defaultdict(int)
    for key, action, number in rows:
        sums[key, action] += number
    return ((key, action, number) for (key, action), number in sums.items())


def _ledger(rows: Iterable[tuple[str, str, int]]) -> list[Filtered]:
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for action, reason, number in rows:
        sums[action][reason] += number
    found = []
    for action in Action:
        of_action = sums[action.value]
        filtered = [
            (reasons.LABELS.get(name, name), number) for name, number in of_action.items() if name
        ]
        found.append(
            Filtered(action, of_action.get("", 0), sorted(filtered, key=lambda each: -each[1]))
        )
    return found


def _pages(placement: Placement) -> tuple[dict[str, DeliveryFigures], DeliveryFigures]:
    """The pages on which most was shown, and all others together."""
    rows = (
        PageCount.objects.filter(placement=placement)
        .order_by()
        .values_list("page", "action", "number")
    )
    pages = _figures(rows)
    ordered = sorted(pages, key=lambda page: (-pages[page].rendered, page))
    kept = {page: pages[page] for page in ordered[:MOST_PAGES]}
    return kept, add_up(pages[page] for page in ordered[MOST_PAGES:])


# --- As a table for other programs ----------------------------------------------------------------

COLUMNS = ("Day", "Position", "Count", "Gross", "Billable", *reasons.LABELS.values())


def table(placements: QuerySet[Placement], period: Period) -> Iterator[tuple[object, ...]]:
    """The ledger by placement, day, slot and action, with a column for each reason: the rows add
    up. One query.
    """
    yield ("Campaign", *COLUMNS)
    lines = (
        DailyCount.objects.filter(
            placement__in=placements.order_by(), day__range=(period.first, period.last)
        )
        .order_by("day", "placement", "slot", "action")
        .values_list("placement__title", "placement", "day", "slot", "action", "reason", "number")
    )
    row: dict[str, int] = {}
    current = None
    for *key, reason, number in lines.iterator(chunk_size=2000):
        if current is not None and key != current:
            yield _row(current, row)
            row = {}
        current = key
        row[reason] = number
    if current is not None:
        yield _row(current, row)


def _row(key: list[object], numbers: Mapping[str, int]) -> tuple[object, ...]:
    title, _, day, slot, action = key
    filtered = [numbers.get(name, 0) for name in reasons.LABELS]
    billable = numbers.get("", 0)
    words = (label_of(str(slot)), Action(str(action)).label)
    return (str(title), day, *words, billable + sum(filtered), billable, *filtered)
