"""Counts that look wrong: found every hour, for a person on the desk to look at."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q, Sum
from django.utils import timezone
from django_tasks import task

from advertising.campaigns import pinning
from advertising.delivery.slots import SLOTS
from advertising.models import Action, DailyCount, Placement, TrafficAnomaly
from audience import robots
from audience.choices import FigureKind
from audience.models import DailyFigure, DailyVisitors

ENOUGH = 500  # impressions, below which shares say little
MOST_FILTERED = 40  # per cent
MOST_CLICKED = 5  # per cent of what was viewable
FEWEST_CLICKS = 50
MOST_FORGED = 100
MOST_SHOWN_A_VIEW = 1.1  # counted by two ways, which may differ by what was lost on the way
SHOWN_FOR = timedelta(days=2)

Numbers = dict[tuple[str, str], int]


@task()
def look() -> int:
    """Note what is odd today and was yesterday, once a kind, placement and day. Returns how much
    was found.
    """
    today = timezone.now().date()
    days = (today - timedelta(days=1), today)
    rows = (
        DailyCount.objects.filter(day__range=days)
        .order_by()
        .values_list("placement", "day", "action", "reason")
    )
    counted: dict[tuple[int, date], Numbers] = defaultdict(dict)
    for placement, day, action, reason, number in rows.annotate(Sum("number")):
        counted[placement, day][action, reason] = number
    titles = dict(
        Placement.objects.filter(pk__in={pk for pk, _ in counted}).values_list("pk", "title")
    )
    found = [
        TrafficAnomaly(
            placement_id=pk, day=day, kind=kind, sentence=f"{titles[pk]}: {sentence}"[:300]
        )
        for (pk, day), numbers in counted.items()
        for kind, sentence in _odd(numbers)
    ]
    found += list(_silent(days[0], counted))
    found += list(_changed(today))
    found += list(_disagreeing(days[0]))
    TrafficAnomaly.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def _odd(numbers: Numbers) -> Iterator[tuple[str, str]]:
    shown = sum(number for (action, _), number in numbers.items() if action == Action.RENDERED)
    filtered = shown - numbers.get((Action.RENDERED, ""), 0)
    if shown >= ENOUGH and filtered * 100 > shown * MOST_FILTERED:
        yield "filtered", f"{100 * filtered // shown}% of {shown:,} impressions were filtered."
    viewable, clicks = numbers.get((Action.VIEWABLE, ""), 0), numbers.get((Action.CLICKED, ""), 0)
    if clicks >= FEWEST_CLICKS and clicks * 100 > viewable * MOST_CLICKED:
        yield "clicks", f"{clicks:,} clicks on {viewable:,} viewable impressions."
    forged = sum(number for (_, reason), number in numbers.items() if reason == robots.FORGED)
    if forged >= MOST_FORGED:
        yield "forged", f"{forged:,} forged tokens."


def _silent(yesterday: date, counted: dict[tuple[int, date], Numbers]) -> Iterator[TrafficAnomaly]:
    """A banner that was to run all day and that nobody saw."""
    running = Placement.objects.approved().filter(
        slot__in=SLOTS, starts_on__lte=yesterday, ends_on__gte=yesterday
    )
    for placement in running.filter(Q(goal=None) | Q(goal__gt=0), advertiser__is_house=False):
        if (placement.pk, yesterday) not in counted:
            sentence = f"{placement.title}: it runs, and was shown to nobody."
            yield TrafficAnomaly(
                placement=placement, day=yesterday, kind="silent", sentence=sentence[:300]
            )


def _changed(today: date) -> Iterator[TrafficAnomaly]:
    live = Placement.objects.live().select_related("approved_creative")
    for placement in live.prefetch_related("approved_creative__pictures"):
        if not pinning.is_as_approved(placement):
            sentence = f"{placement.title}: its copy is not what was approved, and is not shown."
            yield TrafficAnomaly(
                placement=placement, day=today, kind="changed", sentence=sentence[:300]
            )


def _disagreeing(day: date) -> Iterator[TrafficAnomaly]:
    """Positions that were shown more often than pages were opened, of which each has them once."""
    visitors = DailyVisitors.objects.filter(day=day).first()
    if visitors is None:
        return
    kept_out = DailyFigure.objects.filter(
        day=day, kind=FigureKind.NOT_COUNTED, word__in=(robots.ASKED_NOT, robots.RATE)
    ).aggregate(number=Sum("number"))["number"]
    opened = visitors.views + (kept_out or 0)
    shown = DailyCount.objects.filter(day=day, action=Action.RENDERED, reason="", slot__in=SLOTS)
    for slot, number in shown.order_by().values_list("slot").annotate(Sum("number")):
        if number >= ENOUGH and number > opened * MOST_SHOWN_A_VIEW:
            yield TrafficAnomaly(
                day=day,
                kind=f"views-{slot}"[:20],
                sentence=f"{SLOTS[slot].label}: {number:,} impressions on {opened:,} page views.",
            )


def recent() -> list[str]:
    """Return the anomalies of the last days, for the desk. One query by an index."""
    since = timezone.now().date() - SHOWN_FOR
    return [str(each) for each in TrafficAnomaly.objects.filter(day__gt=since)[:20]]
