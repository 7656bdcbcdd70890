"""
Charts as SVG, drawn on the server: attributes and classes only, no script, no style.

All numbers are in the units of the viewBox. What they mean and how they are written is said by
whoever has them drawn.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

SPARK_WIDTH, SPARK_HEIGHT = 56, 20
SPARK_POINTS = 15
MOST_ON_LINE = 120  # values of a line that are drawn
POINTS = 13  # of a line that can be read off it
BAR_LINES = 3  # across a chart of bars

Value = tuple[datetime, Decimal]


@dataclass(frozen=True)
class ChartSize:
    """The size of a drawing, the room around what is drawn, and how many labels it has below."""

    kind: str  # of class chart--…
    width: int
    height: int
    left: int
    margin: int  # on the right, for the labels
    top: int
    below: int
    labels: int

    @property
    def right(self) -> int:
        return self.width - self.margin

    @property
    def bottom(self) -> int:
        return self.height - self.below


@dataclass(frozen=True)
class Tick:
    position: float
    label: str
    anchor: str = "middle"


def round_step(rough: Decimal) -> Decimal:
    """The next 1, 2 or 5 times a power of ten: axes that a person can read."""
    power = Decimal(1).scaleb(rough.adjusted())
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _spread(length: int, count: int) -> list[int]:
    """The places of `count` things among `length`, evenly, with the first and the last."""
    if length <= count:
        return list(range(length))
    return [round(index * (length - 1) / (count - 1)) for index in range(count)]


# --- Small lines -------------------------------------------------------------------------------


def spark_path(values: Sequence[Decimal]) -> str:
    """The path of a small line: about fifteen points in a box of 56 × 20, or “” for too few
    values.
    """
    if len(values) < 2:
        return ""
    chosen = [values[index] for index in _spread(len(values), SPARK_POINTS)]
    low, high = min(chosen), max(chosen)
    span = (high - low) or Decimal(1)
    step = SPARK_WIDTH / (len(chosen) - 1)
    points = [
        (round(index * step), round(float((high - value) / span) * (SPARK_HEIGHT - 2)) + 1)
        for index, value in enumerate(chosen)
    ]
    return "M" + "L".join(f"{x} {y}" for x, y in points)


# --- Lines over time ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """Functions that write values and moments."""

    value: Callable[[Decimal], str]
    axis: Callable[[Decimal, int], str]  # of a value, with so many places
    moment: Callable[[datetime], str]
    tick: Callable[[datetime, bool], str]  # of a moment, and whether it is the first or the last


@dataclass(frozen=True)
class Point:
    """A value that can be read off the chart, by pointer or keyboard, and in the table below it."""

    x: float
    y: float
    when: str
    value: str
    note: str = ""
    anchor: str = "middle"


@dataclass(frozen=True)
class LineChart:
    size: ChartSize
    line: str
    area: str
    last: tuple[float, float]
    values: tuple[Tick, ...]
    times: tuple[Tick, ...]
    points: tuple[Point, ...]


def line_chart(series: Sequence[Value], size: ChartSize, words: Words) -> LineChart:
    """Draw values in the order of their times; two at least. A gap in time is a long straight
    line.
    """
    values = [value for _, value in series]
    low, high = min(values), max(values)
    margin = (high - low or high) / 12
    scale = _Scale(series[0][0], series[-1][0], max(low - margin, Decimal(0)), high + margin, size)
    # With the highest and the lowest, so that the points which name them stand on the line.
    on_line = sorted({*_spread(len(series), MOST_ON_LINE), values.index(high), values.index(low)})
    drawn = [(scale.x(series[index][0]), scale.y(series[index][1])) for index in on_line]
    line = " ".join(f"{x:g},{y:g}" for x, y in drawn)
    return LineChart(
        size=size,
        line=line,
        area=f"{size.left},{size.bottom} {line} {size.right},{size.bottom}",
        last=drawn[-1],
        values=tuple(_value_ticks(scale, words)),
        times=tuple(_time_ticks(scale, words)),
        points=tuple(_points(series, scale, words)),
    )


@dataclass(frozen=True)
class _Scale:
    """The position of a value at a time."""

    begins: datetime
    ends: datetime
    low: Decimal
    high: Decimal
    size: ChartSize

    def x(self, moment: datetime) -> float:
        length = (self.ends - self.begins) or timedelta(seconds=1)
        room = self.size.right - self.size.left
        return round(self.size.left + room * ((moment - self.begins) / length), 1)

    def y(self, value: Decimal) -> float:
        room = self.size.bottom - self.size.top
        share = float((value - self.low) / (self.high - self.low))
        return round(self.size.bottom - share * room, 1)


def _points(series: Sequence[Value], scale: _Scale, words: Words) -> Iterable[Point]:
    """Evenly over the time, and the highest and the lowest in any case."""
    values = [value for _, value in series]
    highest, lowest = values.index(max(values)), values.index(min(values))
    notes = {lowest: "lowest", highest: "highest"} if highest != lowest else {}
    for index in sorted({*_spread(len(series), POINTS), *notes}):
        moment, value = series[index]
        x = scale.x(moment)
        part = (x - scale.size.left) / (scale.size.right - scale.size.left)
        anchor = "start" if part < 0.2 else "end" if part > 0.8 else "middle"
        when, written = words.moment(moment), words.value(value)
        yield Point(x, scale.y(value), when, written, notes.get(index, ""), anchor)


def _value_ticks(scale: _Scale, words: Words) -> Iterable[Tick]:
    step = round_step((scale.high - scale.low) / 5)
    value = (scale.low / step).to_integral_value(rounding="ROUND_CEILING") * step
    places = max(0, -step.normalize().adjusted())
    while value <= scale.high:
        yield Tick(scale.y(value), words.axis(value, places))
        value += step


def _time_ticks(scale: _Scale, words: Words) -> Iterable[Tick]:
    last = scale.size.labels - 1
    for index in range(scale.size.labels):
        moment = scale.begins + (scale.ends - scale.begins) * index / last
        anchor = "start" if index == 0 else "end" if index == last else "middle"
        yield Tick(scale.x(moment), words.tick(moment, index in (0, last)), anchor)


# --- Several lines over the same steps ---------------------------------------------------------


@dataclass(frozen=True)
class StepChart:
    """Lines that begin at the same step, each as the points of a polyline."""

    size: ChartSize
    lines: list[str]
    values: list[Tick]
    steps: list[Tick]


def step_chart(
    series: Sequence[Sequence[float]], size: ChartSize, label: Callable[[int], str]
) -> StepChart:
    """Draw numbers of 0 and more; a line may be shorter than the others. `label` names a step."""
    length = max(len(each) for each in series)
    most = max((max(each, default=0) for each in series), default=0) or 1
    step = bar_step(ceil(most))
    scale = step * ceil(most / step)

    def x(index: int) -> float:
        return round(size.left + (size.right - size.left) * index / max(length - 1, 1), 1)

    def y(number: float) -> float:
        return round(size.bottom - (size.bottom - size.top) * number / scale, 1)

    return StepChart(
        size=size,
        lines=[
            " ".join(f"{x(index):g},{y(number):g}" for index, number in enumerate(each))
            for each in series
        ],
        values=[Tick(y(number), f"{number:,}") for number in range(step, scale + 1, step)],
        steps=[Tick(x(index), label(index)) for index in _spread(length, size.labels)],
    )


# --- Bars --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """One bar, of which a part is darker."""

    x: float
    width: float
    top: float
    part_top: float
    label: str


@dataclass(frozen=True)
class BarChart:
    size: ChartSize
    bars: list[Bar]
    lines: list[Tick]


def bar_step(most: int) -> int:
    """A step of which about three make `most`."""
    return int(round_step(max(Decimal(most) / BAR_LINES, Decimal(1))))


def bar_chart(
    rows: Sequence[tuple[int, int]], size: ChartSize, label: Callable[[int], str]
) -> BarChart:
    """Draw the whole and the part of each row. `label` is asked for the rows that have room for
    one, by their places.
    """
    most = max(whole for whole, _ in rows)
    step = bar_step(most)
    scale = step * ceil(most / step)

    def y(number: int) -> float:
        return round(size.bottom - (size.bottom - size.top) * number / scale, 1)

    room = (size.right - size.left) / len(rows)
    width = max(round(room * 0.72, 1), 1)
    every = ceil(len(rows) / size.labels)
    bars = []
    for index, (whole, part) in enumerate(rows):
        x = round(size.left + index * room + (room - width) / 2, 1)
        bars.append(Bar(x, width, y(whole), y(part), "" if index % every else label(index)))
    lines = [Tick(y(number), f"{number:,}") for number in range(step, scale + 1, step)]
    return BarChart(size, bars, lines)


# --- Stacked bars beside a table ---------------------------------------------------------------


@dataclass(frozen=True)
class StackedPart:
    """One colour of a bar; `begins` and `share` are per cent of the longest bar of its chart."""

    kind: str
    number: int
    begins: float
    share: float


@dataclass(frozen=True)
class StackedRow:
    label: str
    parts: list[StackedPart]

    @property
    def total(self) -> int:
        return sum(part.number for part in self.parts)


@dataclass(frozen=True)
class StackedChart:
    title: str
    row_heading: str
    kinds: list[str]
    rows: list[StackedRow]


def stacked_chart(
    title: str, row_heading: str, kinds: list[str], rows: Iterable[tuple[str, list[int]]]
) -> StackedChart:
    """Draw a bar for each row, with a part for each kind."""
    rows = list(rows)
    longest = max((sum(numbers) for _, numbers in rows), default=0) or 1
    bars = [StackedRow(label, _parts(kinds, numbers, longest)) for label, numbers in rows]
    return StackedChart(title, row_heading, kinds, bars)


def _parts(kinds: list[str], numbers: list[int], longest: int) -> list[StackedPart]:
    parts, begins = [], 0.0
    for kind, number in zip(kinds, numbers, strict=True):
        share = number / longest * 100
        parts.append(StackedPart(kind, number, round(begins, 2), round(share, 2)))
        begins += share
    return parts
