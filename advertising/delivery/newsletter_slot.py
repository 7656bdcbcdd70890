"""The newsletter’s part of advertising, registered by the newsletter: its days, and who got a
placement.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SlotNewsletter:
    days_to_come: Callable[[Collection[date]], set[date]]
    was_got: Callable[[int], bool]


_newsletters: list[SlotNewsletter] = []


def told_by(newsletter: SlotNewsletter) -> None:
    """From now on it is asked."""
    _newsletters[:] = [newsletter]


def going_out(days: Collection[date]) -> set[date]:
    """Those of some days that still have a newsletter to come."""
    return {day for newsletter in _newsletters for day in newsletter.days_to_come(days)}


def was_got(placement: int) -> bool:
    """Return whether any reader got the newsletter that a placement was sold for."""
    return any(newsletter.was_got(placement) for newsletter in _newsletters)
