"""Lines and charts as SVG paths, drawn on the server: attributes and classes only, no script, no style."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ticker import numbers

SPARK_WIDTH, SPARK_HEIGHT = 56, 20
SPARK_POINTS = 15


def spark_path(prices: Sequence[Decimal]) -> str:
    """The path of a small line: about fifteen points in a box of 56 × 20, or “” for too few prices."""
    if len(prices) < 2:
        return ""
    chosen = _thinned(prices, SPARK_POINTS)
    low, high = min(chosen), max(chosen)
    span = (high - low) or Decimal(1)
    step = SPARK_WIDTH / (len(chosen) - 1)
    points = [
        (round(index * step), round(float((high - value) / span) * (SPARK_HEIGHT - 2)) + 1)
        for index, value in enumerate(chosen)
    ]
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _thinned(values: Sequence[Decimal], count: int) -> list[Decimal]:
    if len(values) <= count:
        return list(values)
    return [values[round(index * (len(values) - 1) / (count - 1))] for index in range(count)]


@dataclass(frozen=True)
class Tick:
    position: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Chart:
    """What the template needs to draw one size of a price chart; all numbers are in the viewBox’s units."""

    width: int
    height: int
    left: int
    right: float
    bottom: int
    line: str
    area: str
    last: tuple[float, float]
    last_label: str
    prices: tuple[Tick, ...]
    days: tuple[Tick, ...]


@dataclass(frozen=True)
class Frame:
    width: int
    height: int
    margin: int  # right of the line, for the labels
    left: int
    days: int  # labels along the bottom


LARGE = Frame(1180, 380, 70, 8, 8)
SMALL = Frame(360, 300, 42, 4, 4)


def week_chart(prices: Sequence[Decimal], until: datetime, frame: Frame) -> Chart:
    """Draw seven days of prices that end at `until`. Needs two prices at least."""
    low, high = min(prices), max(prices)
    span = (high - low) or high or Decimal(1)
    low, high = low - span / 12, high + span / 12
    right, bottom, top = frame.width - frame.margin, frame.height - 28, 14
    points = []
    for index, value in enumerate(_thinned(prices, 84)):
        count = min(len(prices), 84) - 1
        x = frame.left + (right - frame.left) * index / count
        y = bottom - float((value - low) / (high - low)) * (bottom - top)
        points.append((round(x, 1), round(y, 1)))
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    return Chart(
        width=frame.width,
        height=frame.height,
        left=frame.left,
        right=right,
        bottom=bottom,
        line=line,
        area=f"{frame.left},{bottom} {line} {right},{bottom}",
        last=points[-1],
        last_label=numbers.price(prices[-1]),
        prices=_price_ticks(low, high, bottom, top),
        days=_day_ticks(until, frame, right),
    )


def _price_ticks(low: Decimal, high: Decimal, bottom: int, top: int) -> tuple[Tick, ...]:
    step = _round_step((high - low) / 5)
    value = (low / step).to_integral_value(rounding="ROUND_CEILING") * step
    ticks = []
    while value <= high:
        y = bottom - float((value - low) / (high - low)) * (bottom - top)
        ticks.append(Tick(round(y, 1), numbers.price(value)))
        value += step
    return tuple(ticks)


def _round_step(rough: Decimal) -> Decimal:
    """The next 1, 2 or 5 times a power of ten: axes that a person can read."""
    power = Decimal(1).scaleb(rough.adjusted())
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _day_ticks(until: datetime, frame: Frame, right: int) -> tuple[Tick, ...]:
    ticks = []
    for index in range(frame.days):
        day = until - timedelta(days=7) * (frame.days - 1 - index) / (frame.days - 1)
        x = frame.left + (right - frame.left) * index / (frame.days - 1)
        is_end = index in (0, frame.days - 1)
        anchor = "middle" if not is_end else ("start" if index == 0 else "end")
        ticks.append(Tick(round(x, 1), f"{day.day} {day:%b}" if is_end else str(day.day), anchor))
    return tuple(ticks)
