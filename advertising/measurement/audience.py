"""The audience of our pages, for the media kit: our own counts, without robots, of whole days that
are over.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Avg, Count, Max, Min, Sum
from django.utils import timezone

from advertising.delivery.slots import SLOTS
from advertising.models import Action, DailyAudience, DailyCount
from audience.models import DailyVisitors

LOOK_BACK = timedelta(days=30)
FEWEST_DAYS = 3


@dataclass(frozen=True)
class Audience:
    """Of a mean day."""

    first: date
    last: date
    browsers: int
    viewable: list[tuple[str, int]]  # viewable impressions by position
    viewable_rate: int  # per cent of what was shown


def audience(today: date | None = None) -> Audience | None:
    """The last thirty days; None until there are a few to speak of. Three queries."""
    today = today or timezone.now().date()
    since = today - LOOK_BACK
    days = DailyAudience.objects.filter(day__gte=since, day__lt=today)
    found = days.aggregate(
        first=Min("day"), last=Max("day"), mean=Avg("browsers"), number=Count("day")
    )
    if found["number"] < FEWEST_DAYS:
        return None
    counted = DailyCount.objects.filter(
        day__range=(found["first"], found["last"]), reason="", slot__in=SLOTS
    ).order_by()
    rows = counted.values_list("slot", "action").annotate(Sum("number"))
    sums = {(slot, action): number for slot, action, number in rows}
    visitors = DailyVisitors.objects.filter(day__range=(found["first"], found["last"]))
    opened = visitors.aggregate(mean=Avg("visitors"), number=Count("day"))
    length = (found["last"] - found["first"]).days + 1
    viewable = [
        (SLOTS[name].label, sums.get((name, Action.VIEWABLE), 0) // length) for name in SLOTS
    ]
    shown = sum(number for (_, action), number in sums.items() if action == Action.RENDERED)
    seen = sum(number for (_, action), number in sums.items() if action == Action.VIEWABLE)
    rate = round(100 * seen / shown) if shown else 0
    # Who opened any page, as the desk’s audience has it; until that was counted, who was shown anything.
    browsers = opened["mean"] if opened["number"] >= FEWEST_DAYS else found["mean"]
    return Audience(found["first"], found["last"], round(browsers), viewable, rate)
