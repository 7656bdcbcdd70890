"""The days that a placement really ran: what those sold by days are charged for."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from advertising.models import Placement, ReviewDecision, Step

# A day counts once it was on the pages for so long: taken off again at once, it never ran.
LEAST_OF_A_DAY = timedelta(hours=1)

Interval = tuple[datetime, datetime]


def days_booked(placement: Placement) -> int:
    first, last = placement.run
    return (last - first).days + 1


def days_ran(placement: Placement, now: datetime | None = None) -> int:
    """Return how many of its booked days it was on the pages, by its decisions, pauses and stop."""
    first, last = placement.run
    until = min(now or timezone.now(), _midnight(last + timedelta(days=1)))
    intervals = list(_live(placement.decisions.order_by("at", "pk"), until))
    days = (first + timedelta(days=number) for number in range(days_booked(placement)))
    return sum(_of_day(day, intervals) >= LEAST_OF_A_DAY for day in days)


def has_run(placement: Placement, now: datetime | None = None) -> bool:
    """Return whether it was ever on the pages for as long as counts."""
    return days_ran(placement, now) > 0


def _live(decisions: Iterable[ReviewDecision], until: datetime) -> Iterator[Interval]:
    """From the first approval on, but for pauses. A later approval replaces the copy alone."""
    is_approved, since = False, None
    for decision in decisions:
        step = decision.new_status
        begins = step == Step.RESUMED or (step == Placement.Status.APPROVED and not is_approved)
        is_approved = is_approved or step == Placement.Status.APPROVED
        if begins and since is None:
            since = decision.at
        elif since is not None and step in (Step.PAUSED, Step.STOPPED, Placement.Status.REJECTED):
            yield since, decision.at
            since = None
    if since is not None:
        yield since, until


def _of_day(day: date, intervals: Iterable[Interval]) -> timedelta:
    begins, ends = _midnight(day), _midnight(day + timedelta(days=1))
    parts = (min(until, ends) - max(since, begins) for since, until in intervals)
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
