"""Days that a report is about, of UTC, as they are counted."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.numbers import whole_number

LENGTHS = (1, 7, 30, 90, 365)
USUAL = 7


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
