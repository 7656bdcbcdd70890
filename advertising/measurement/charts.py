"""Impressions by day as bars, drawn on the server: attributes and classes only, no script, no
style.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from advertising.measurement.reports import DeliveryFigures, add_up

MOST_BARS = 62  # more days become weeks
LINES = 3


@dataclass(frozen=True)
class BarChartSize:
    """A drawing’s size and the room around its bars."""

    kind: str  # of class chart--…
    width: int
    height: int
    right: int
    bottom: int
    top: int
    labels: int  # at most so many under the bars


WIDE = BarChartSize("l", 1180, 300, 50, 32, 28, 14)
NARROW = BarChartSize("s", 360, 260, 50, 32, 26, 5)


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    shown: float  # where it begins from above
    viewable: float
    base: int
    label: str


@dataclass(frozen=True)
class Line:
    y: float
    label: str


@dataclass(frozen=True)
class BarChart:
    frame: BarChartSize
    bars: list[Bar]
    lines: list[Line]

    @property
    def base(self) -> int:
        return self.frame.height - self.frame.bottom

    @property
    def edge(self) -> int:
        return self.frame.width - self.frame.right


def draw(by_day: Mapping[date, DeliveryFigures]) -> list[BarChart]:
    """The same numbers for a wide and for a narrow screen; nothing when there is nothing to
    show.
    """
    steps = _steps(by_day)
    top = max((figures.rendered for _, figures in steps), default=0)
    return [_chart(frame, steps, top) for frame in (WIDE, NARROW)] if top else []


def _steps(by_day: Mapping[date, DeliveryFigures]) -> list[tuple[date, DeliveryFigures]]:
    days = sorted(by_day.items())
    if len(days) <= MOST_BARS:
        return days
    length = 7 if len(days) <= 7 * MOST_BARS else ceil(len(days) / MOST_BARS)
    return [
        (days[start][0], add_up(figures for _, figures in days[start : start + length]))
        for start in range(0, len(days), length)
    ]


def round_step(most: int) -> int:
    """A step of 1, 2 or 5 times a power of ten, of which about three make `most`."""
    rough = max(most / LINES, 1)
    power = 10 ** floor(log10(rough))
    return int(next(step * power for step in (1, 2, 5, 10) if step * power >= rough))


def _chart(frame: BarChartSize, steps: list[tuple[date, DeliveryFigures]], most: int) -> BarChart:
    step = round_step(most)
    scale = step * ceil(most / step)
    base, edge, left = frame.height - frame.bottom, frame.width - frame.right, 8

    def y(number: int) -> float:
        return round(base - (base - frame.top) * number / scale, 1)

    room = (edge - left) / len(steps)
    width = max(round(room * 0.72, 1), 1)
    every = ceil(len(steps) / frame.labels)
    bars = []
    for index, (day, figures) in enumerate(steps):
        x = round(left + index * room + (room - width) / 2, 1)
        is_named = index % every == 0
        label = (
            _label(day, is_first=index == 0, is_monthly=len(steps) > frame.labels * 2)
            if is_named
            else ""
        )
        bars.append(Bar(x, width, y(figures.rendered), y(figures.viewable), base, label))
    lines = [Line(y(number), f"{number:,}") for number in range(step, scale + 1, step)]
    return BarChart(frame, bars, lines)


def _label(day: date, *, is_first: bool, is_monthly: bool) -> str:
    return f"{day.day} {day:%b}" if is_first or is_monthly or day.day == 1 else str(day.day)
