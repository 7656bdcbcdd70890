"""Days that a report is about, of UTC, as they are counted; and means over their sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.numbers import whole_number

LENGTHS = (1, 7, 30, 90, 365)
USUAL = 7


def seconds_of(sums: Mapping[str, Any]) -> int:
    """Of a mean view whose reading was measured."""
    return round(sums["seconds"] / sums["measured"]) if sums["measured"] else 0


def share_of(sums: Mapping[str, Any], name: str) -> int:
    """Per cent of the views whose reading was measured."""
    return round(100 * sums[name] / sums["measured"]) if sums["measured"] else 0


@dataclass(frozen=True)
class Days:
    first: date
    last: date

    @classmethod
    def until(cls, today: date, length: int) -> "Days":
        """So many days, today among them."""
        return cls(today - timedelta(days=length - 1), today)

    @classmethod
    def asked(cls, today: date, typed: str) -> "Days":
        """Of an address: one of LENGTHS, or the usual one."""
        length = whole_number(typed)
        return cls.until(today, length if length in LENGTHS else USUAL)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Days":
        """As many days before these, to compare with."""
        return Days(self.first - timedelta(days=self.length), self.first - timedelta(days=1))

    @property
    def both(self) -> tuple[date, date]:
        return self.first, self.last
