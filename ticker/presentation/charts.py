"""Lines and charts as SVG, drawn on the server: attributes and classes only, no script, no
style.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ticker.presentation import numbers

SPARK_WIDTH, SPARK_HEIGHT = 56, 20
SPARK_POINTS = 15

Price = tuple[datetime, Decimal]


def spark_path(prices: Sequence[Decimal]) -> str:
    """The path of a small line: about fifteen points in a box of 56 × 20, or “” for too few
    prices.
    """
    if len(prices) < 2:
        return ""
    chosen = [prices[index] for index in _spread(len(prices), SPARK_POINTS)]
    low, high = min(chosen), max(chosen)
    span = (high - low) or Decimal(1)
    step = SPARK_WIDTH / (len(chosen) - 1)
    points = [
        (round(index * step), round(float((high - value) / span) * (SPARK_HEIGHT - 2)) + 1)
        for index, value in enumerate(chosen)
    ]
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _spread(length: int, count: int) -> list[int]:
    """The places of `count` things among `length`, evenly, with the first and the last."""
    if length <= count:
        return list(range(length))
    return [round(index * (length - 1) / (count - 1)) for index in range(count)]


@dataclass(frozen=True)
class Span:
    """The time span of a chart, and how its times are written."""

    key: str  # the end of its address
    label: str
    title: str
    length: timedelta
    tick: str  # strftime
    end_tick: str
    moment: str

    @property
    def is_in_days(self) -> bool:
        return self.length > timedelta(days=7)


DAY = Span("24h", "24 h", "24 hours", timedelta(days=1), "%H:%M", "%H:%M", "%-d %B, %H:%M UTC")
WEEK = Span("7d", "7 d", "Seven days", timedelta(days=7), "%-d", "%-d %b", "%-d %B, %H:%M UTC")
MONTH = Span("30d", "30 d", "Thirty days", timedelta(days=30), "%-d %b", "%-d %b", "%-d %B")
YEAR = Span("1y", "1 y", "One year", timedelta(days=365), "%b", "%b %Y", "%-d %B %Y")
SPANS = {span.key: span for span in (DAY, WEEK, MONTH, YEAR)}


@dataclass(frozen=True)
class Tick:
    position: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Point:
    """A price that can be read off the chart, by pointer or keyboard, and in the table below it."""

    x: float
    y: float
    when: str
    price: str
    note: str = ""
    anchor: str = "middle"


@dataclass(frozen=True)
class PriceChart:
    """The drawing of a price chart in one size; all numbers are in the viewBox’s units."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    line: str
    area: str
    last: tuple[float, float]
    prices: tuple[Tick, ...]
    times: tuple[Tick, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True)
class PriceChartSize:
    width: int
    height: int
    margin: int  # right of the line, for the labels
    left: int
    ticks: int  # labels along the bottom


LARGE = PriceChartSize(1180, 380, 70, 8, 8)
SMALL = PriceChartSize(360, 300, 42, 4, 4)
TOP = 28  # the label of a point fits above the line
MOST_ON_LINE = 120
POINTS = 13


def draw(prices: Sequence[Price], span: Span, frame: PriceChartSize) -> PriceChart:
    """Draw prices in the order of their times; two at least. A gap in time is a long straight
    line.
    """
    values = [value for _, value in prices]
    low, high = min(values), max(values)
    margin = (high - low or high) / 12
    place = _Placing(
        prices[0][0], prices[-1][0], max(low - margin, Decimal(0)), high + margin, frame
    )
    # With the highest and the lowest, so that the points which name them stand on the line.
    on_line = sorted({*_spread(len(prices), MOST_ON_LINE), values.index(high), values.index(low)})
    drawn = [place(prices[index]) for index in on_line]
    line = " ".join(f"{x:g},{y:g}" for x, y in drawn)
    return PriceChart(
        width=frame.width,
        height=frame.height,
        left=frame.left,
        right=place.right,
        bottom=place.bottom,
        line=line,
        area=f"{frame.left},{place.bottom} {line} {place.right},{place.bottom}",
        last=drawn[-1],
        prices=_price_ticks(place),
        times=_time_ticks(place, span),
        points=tuple(_points(prices, span, place)),
    )


@dataclass(frozen=True)
class _Placing:
    """The position of a price at a time in a frame."""

    begins: datetime
    ends: datetime
    low: Decimal
    high: Decimal
    frame: PriceChartSize

    @property
    def right(self) -> int:
        return self.frame.width - self.frame.margin

    @property
    def bottom(self) -> int:
        return self.frame.height - 28

    def __call__(self, price: Price) -> tuple[float, float]:
        return self.x(price[0]), self.y(price[1])

    def x(self, moment: datetime) -> float:
        length = (self.ends - self.begins) or timedelta(seconds=1)
        return round(
            self.frame.left + (self.right - self.frame.left) * ((moment - self.begins) / length), 1
        )

    def y(self, value: Decimal) -> float:
        return round(
            self.bottom - float((value - self.low) / (self.high - self.low)) * (self.bottom - TOP),
            1,
        )


def _points(prices: Sequence[Price], span: Span, place: _Placing) -> list[Point]:
    """Evenly over the time, and the highest and the lowest in any case."""
    values = [value for _, value in prices]
    highest, lowest = values.index(max(values)), values.index(min(values))
    notes = {lowest: "lowest", highest: "highest"} if highest != lowest else {}
    found = []
    for index in sorted({*_spread(len(prices), POINTS), *notes}):
        moment, value = prices[index]
        x, y = place((moment, value))
        part = (x - place.frame.left) / (place.right - place.frame.left)
        anchor = "start" if part < 0.2 else "end" if part > 0.8 else "middle"
        found.append(
            Point(
                x,
                y,
                format(moment, span.moment),
                numbers.dollars(value),
                notes.get(index, ""),
                anchor,
            )
        )
    return found


def _price_ticks(place: _Placing) -> tuple[Tick, ...]:
    step = _round_step((place.high - place.low) / 5)
    value = (place.low / step).to_integral_value(rounding="ROUND_CEILING") * step
    places = max(0, -step.normalize().adjusted())
    ticks = []
    while value <= place.high:
        ticks.append(Tick(place.y(value), numbers.axis(value, places)))
        value += step
    return tuple(ticks)


def _round_step(rough: Decimal) -> Decimal:
    """The next 1, 2 or 5 times a power of ten: axes that a person can read."""
    power = Decimal(1).scaleb(rough.adjusted())
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _time_ticks(place: _Placing, span: Span) -> tuple[Tick, ...]:
    ticks = []
    for index in range(place.frame.ticks):
        moment = place.begins + (place.ends - place.begins) * index / (place.frame.ticks - 1)
        is_end = index in (0, place.frame.ticks - 1)
        anchor = "middle" if not is_end else ("start" if index == 0 else "end")
        ticks.append(
            Tick(place.x(moment), format(moment, span.end_tick if is_end else span.tick), anchor)
        )
    return tuple(ticks)
