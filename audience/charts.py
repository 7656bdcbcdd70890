"""The audience’s charts: the same numbers for a wide and for a narrow screen."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from core.charts import BarChart, ChartSize, StepChart, bar_chart, step_chart

WIDE = ChartSize("large", width=1080, height=240, left=8, margin=56, top=20, below=30, labels=12)
NARROW = ChartSize("small", width=360, height=220, left=8, margin=50, top=20, below=30, labels=4)


def of_days(days: Sequence[tuple[date, int]]) -> list[BarChart]:
    return _bars(days, lambda day: f"{day.day} {day:%b}")


def of_minutes(minutes: Sequence[tuple[datetime, int]]) -> list[BarChart]:
    return _bars(minutes, lambda moment: f"{moment:%H:%M}")


def _bars(steps: Sequence[tuple[Any, int]], label: Callable[[Any], str]) -> list[BarChart]:
    """Nothing where there is nothing to show."""
    if not any(number for _, number in steps):
        return []
    rows = [(number, number) for _, number in steps]
    return [bar_chart(rows, size, lambda index: label(steps[index][0])) for size in (WIDE, NARROW)]


def of_curves(curve: Sequence[float], usual: Sequence[float]) -> list[StepChart]:
    """Hours since a story came out: its own line, and the usual one where it is known."""
    if len(curve) < 2:
        return []
    series = [list(curve), list(usual)] if usual else [list(curve)]
    return [step_chart(series, size, lambda hour: f"{hour} h") for size in (WIDE, NARROW)]
