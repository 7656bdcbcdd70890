"""Impressions by day as bars, with the viewable ones in the darker part of each."""

from collections.abc import Mapping
from datetime import date
from math import ceil

from advertising.measurement.reports import DeliveryFigures, add_up
from core.charts import BarChart, ChartSize, bar_chart

MOST_BARS = 62  # more days become weeks
WIDE = ChartSize("large", width=1180, height=300, left=8, margin=50, top=28, below=32, labels=14)
NARROW = ChartSize("small", width=360, height=260, left=8, margin=50, top=26, below=32, labels=5)


def draw(by_day: Mapping[date, DeliveryFigures]) -> list[BarChart]:
    """The same numbers for a wide and for a narrow screen; nothing when there is nothing to
    show.
    """
    steps = _steps(by_day)
    if not any(figures.rendered for _, figures in steps):
        return []
    return [_draw_in(size, steps) for size in (WIDE, NARROW)]


def _steps(by_day: Mapping[date, DeliveryFigures]) -> list[tuple[date, DeliveryFigures]]:
    days = sorted(by_day.items())
    if len(days) <= MOST_BARS:
        return days
    length = 7 if len(days) <= 7 * MOST_BARS else ceil(len(days) / MOST_BARS)
    return [
        (days[start][0], add_up(figures for _, figures in days[start : start + length]))
        for start in range(0, len(days), length)
    ]


def _draw_in(size: ChartSize, steps: list[tuple[date, DeliveryFigures]]) -> BarChart:
    is_monthly = len(steps) > size.labels * 2

    def label(index: int) -> str:
        day = steps[index][0]
        is_named = index == 0 or is_monthly or day.day == 1
        return f"{day.day} {day:%b}" if is_named else str(day.day)

    return bar_chart([(each.rendered, each.viewable) for _, each in steps], size, label)
