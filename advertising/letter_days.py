"""On which days a letter takes its paid place out. The letter says so, because advertising does not know it."""

from collections.abc import Callable, Collection
from datetime import date

Calendar = Callable[[Collection[date]], set[date]]

_calendars: list[Calendar] = []


def told_by(calendar: Calendar) -> None:
    """From now on it is asked which of some days still have a letter to go out."""
    _calendars[:] = [calendar]


def going_out(days: Collection[date]) -> set[date]:
    return {day for calendar in _calendars for day in calendar(days)}
