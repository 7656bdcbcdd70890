"""What the letter says of its paid place, because advertising does not know it: the days it has, and who got it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Letter:
    days_to_come: Callable[[Collection[date]], set[date]]
    was_got: Callable[[int], bool]


_letters: list[Letter] = []


def told_by(letter: Letter) -> None:
    """From now on it is asked."""
    _letters[:] = [letter]


def going_out(days: Collection[date]) -> set[date]:
    """Those of some days that still have a letter to come."""
    return {day for letter in _letters for day in letter.days_to_come(days)}


def was_got(placement: int) -> bool:
    """Whether any reader got the letter that a placement was sold for."""
    return any(letter.was_got(placement) for letter in _letters)
