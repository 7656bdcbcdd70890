"""Pacing: how far a placement has come with what was bought, and whether it should wait for
others.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

from django.db.models import Q, Sum
from django.utils import timezone

from advertising.models import Action, DailyCount, Placement

READ_EVERY = 2.0  # seconds
# A placement may be this far ahead of its pace: readers do not come evenly.
LEEWAY = 1.05
LEEWAY_AT_LEAST = 20  # viewable impressions
MOST_URGENT, LEAST_URGENT = 5.0, 0.2


@dataclass(frozen=True)
class Delivered:
    """Billable viewable impressions: of the whole run, and of today."""

    total: int = 0
    today: int = 0


NOTHING = Delivered()


def delivered(now: datetime | None = None) -> Mapping[int, Delivered]:
    """Of every placement that is running with a limit. One query, whose answer is held for two
    seconds.
    """
    with _memory.lock:
        if time.monotonic() - _memory.read_at > READ_EVERY:
            _memory.found = _read((now or timezone.now()).date())
            _memory.read_at = time.monotonic()
        return _memory.found


def _read(today: date) -> dict[int, Delivered]:
    limited = Placement.objects.live().exclude(goal=None, daily_cap=None)
    billable = DailyCount.objects.filter(
        placement__in=limited, action=Action.VIEWABLE, reason=""
    ).order_by()
    rows = billable.values_list("placement").annotate(
        total=Sum("number"), now=Sum("number", filter=Q(day=today))
    )
    return {placement: Delivered(total, now or 0) for placement, total, now in rows}


class _Memory:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.found: dict[int, Delivered] = {}
        self.read_at = float("-inf")


_memory = _Memory()
clear = _memory.forget


def elapsed(placement: Placement, now: datetime) -> float:
    """The share of its run that is over, from 0 to 1. A run ends with its last day."""
    first, last = placement.run
    begins = datetime.combine(first, time_of_day(), tzinfo=UTC)
    ends = datetime.combine(last + timedelta(days=1), time_of_day(), tzinfo=UTC)
    return min(max((now - begins) / (ends - begins), 0.0), 1.0)


def is_used_up(placement: Placement, so_far: Delivered) -> bool:
    """Return whether what was bought, or what one day may take, has been delivered."""
    over = placement.goal is not None and so_far.total >= placement.goal
    return over or (placement.daily_cap is not None and so_far.today >= placement.daily_cap)


def is_ahead(placement: Placement, so_far: Delivered, now: datetime) -> bool:
    """Return whether it has come further than its days have: then it waits, so that its last day is
    seen as well.
    """
    if placement.goal is None:
        return False
    due = placement.goal * elapsed(placement, now)
    return so_far.total > max(due * LEEWAY, due + LEEWAY_AT_LEAST)


def urgency(placement: Placement, so_far: Delivered, now: datetime) -> float:
    """Return by how much the weight is raised: 1 on pace, more when it is behind."""
    if placement.goal is None:
        return 1.0
    to_come = 1.0 - so_far.total / placement.goal
    time_left = max(1.0 - elapsed(placement, now), 0.01)
    return min(max(to_come / time_left, LEAST_URGENT), MOST_URGENT)
