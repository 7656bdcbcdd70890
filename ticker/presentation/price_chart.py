"""The time spans of price charts, and the drawing of prices in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.charts import ChartSize, LineChart, Value, Words, line_chart
from ticker.presentation import numbers

# The label of a point fits above the line.
LARGE = ChartSize("large", width=1180, height=380, left=8, margin=70, top=28, below=28, labels=8)
SMALL = ChartSize("small", width=360, height=300, left=4, margin=42, top=28, below=28, labels=4)


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

    @property
    def words(self) -> Words:
        def tick(moment: datetime, is_end: bool) -> str:
            return format(moment, self.end_tick if is_end else self.tick)

        return Words(
            numbers.dollars, numbers.axis, lambda moment: format(moment, self.moment), tick
        )


DAY = Span("24h", "24 h", "24 hours", timedelta(days=1), "%H:%M", "%H:%M", "%-d %B, %H:%M UTC")
WEEK = Span("7d", "7 d", "Seven days", timedelta(days=7), "%-d", "%-d %b", "%-d %B, %H:%M UTC")
MONTH = Span("30d", "30 d", "Thirty days", timedelta(days=30), "%-d %b", "%-d %b", "%-d %B")
YEAR = Span("1y", "1 y", "One year", timedelta(days=365), "%b", "%b %Y", "%-d %B %Y")
SPANS = {span.key: span for span in (DAY, WEEK, MONTH, YEAR)}


def draw(prices: Sequence[Value], span: Span) -> list[LineChart]:
    """Draw prices for a wide and for a narrow screen. Two at least, in the order of their times."""
    return [line_chart(prices, size, span.words) for size in (LARGE, SMALL)]
