"""The coming weeks of every position: what is booked, what can be expected, and where the two do
not fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from advertising.billing import availability, forecasts
from advertising.delivery.slots import SLOTS
from advertising.models import Placement, Product

DAYS = 28


@dataclass(frozen=True)
class Day:
    day: date
    booked: int
    expected: int  # 0: not known

    @property
    def is_conflict(self) -> bool:
        return 0 < self.expected < self.booked

    @property
    def share(self) -> int | None:
        """Per cent of what can be expected; None while that is not known."""
        return round(100 * self.booked / self.expected) if self.expected else None


@dataclass(frozen=True)
class CalendarRow:
    label: str
    days: list[Day]
    bookings: list[Placement]

    @property
    def conflicts(self) -> list[Day]:
        return [day for day in self.days if day.is_conflict]


@dataclass(frozen=True)
class Calendar:
    days: list[date]
    rows: list[CalendarRow]


def coming(first: date | None = None) -> Calendar:
    """Four weeks, in two queries for each position and one more."""
    first = first or timezone.now().date()
    days = [first + timedelta(days=number) for number in range(DAYS)]
    page_views = forecasts.page_views(timezone.now().date())
    rows = [_of_slot(name, days, forecasts.Forecast(name, page_views)) for name in SLOTS]
    return Calendar(days, [*rows, _of_newsletter(days)])


def _of_slot(name: str, days: list[date], forecast: forecasts.Forecast) -> CalendarRow:
    bookings = list(_bookings(days).filter(product=Product.BANNER, slot=name))
    booked = {day: sum(_share(each, day) for each in bookings) for day in days}
    expected = {day: forecast.expected([day]).mean for day in days}
    return _row(SLOTS[name].label, days, booked, expected, bookings)


def _share(placement: Placement, day: date) -> int:
    first, last = placement.run
    return availability.daily_share(placement) if first <= day <= last else 0


def _of_newsletter(days: list[date]) -> CalendarRow:
    """One paid place a day."""
    bookings = list(_bookings(days).filter(product=Product.NEWSLETTER))
    booked = {day: sum(each.starts_on == day for each in bookings) for day in days}
    return _row("The newsletter", days, booked, dict.fromkeys(days, 1), bookings)


def _row(
    label: str,
    days: list[date],
    booked: Mapping[date, int],
    expected: Mapping[date, int],
    bookings: list[Placement],
) -> CalendarRow:
    return CalendarRow(label, [Day(day, booked[day], expected[day]) for day in days], bookings)


def _bookings(days: list[date]):  # type: ignore[no-untyped-def]
    found = availability.bookings(days[0], days[-1])
    return found.select_related("advertiser").order_by("starts_on", "pk")
