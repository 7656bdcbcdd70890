"""Alarms about newsletters: a missed turn, a mail server in trouble, a sold slot without an
issue.
"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from advertising.models import Placement, Product
from core.clock import local_time
from newsletter.composing import schedule
from newsletter.models import Issue

LATE_AFTER = timedelta(minutes=15)
DAY = timedelta(days=1)  # somewhere it is the day before, or after
LOOK_BACK = timedelta(days=7)
MOST = 5


def sentences() -> list[str]:
    """Two queries, a sentence for each thing that is wrong."""
    now = timezone.now()
    wrong = (
        Q(status="draft", turn_at__range=(now - LOOK_BACK, now - LATE_AFTER))
        # One of somebody’s own stands for the day’s turn: forgotten, it keeps the newsletter from
        # going out.
        | Q(status="draft", turn_at=None, day__range=(now.date() - DAY, now.date() + DAY))
        | Q(status="scheduled", send_at__lt=now - LATE_AFTER)
        | Q(status="sending", failures__gte=3)
        | Q(status="paused") & ~Q(note="")
    )
    issues = Issue.objects.filter(wrong).select_related("newsletter").order_by("pk")[: 2 * MOST]
    found = [issue for issue in issues if issue.status != "draft" or _is_late(issue, now)]
    return [*map(_sentence, found[:MOST]), *_sold_and_not_sent()]


def _is_late(draft: Issue, now: datetime) -> bool:
    """A draft of somebody’s own is late on its day only: the next day has its own turn."""
    if draft.turn_at is None and draft.newsletter.day_of(now) != draft.day:
        return False
    return _due_at(draft) < now - LATE_AFTER


def _due_at(draft: Issue) -> datetime:
    midnight = schedule.midnight(draft.newsletter, draft.day)
    return draft.turn_at or schedule.next_turn(
        draft.newsletter, midnight - timedelta(microseconds=1)
    )


def _sentence(issue: Issue) -> str:
    if issue.status == Issue.Status.DRAFT:
        return f"{issue} was due on {local_time(_due_at(issue), '%d %B at %H:%M')}, and is a draft still."
    if issue.status == Issue.Status.SCHEDULED:
        return f"{issue} was due on {local_time(issue.send_at, '%d %B at %H:%M')}, and nobody sends it."
    if issue.status == Issue.Status.SENDING:
        return f"{issue} does not get out. The mail server said: {issue.trouble}"
    return f"{issue} is paused. {issue.note}"


def _sold_and_not_sent() -> list[str]:
    today = timezone.now().date()
    sold = Placement.objects.approved().filter(
        product=Product.NEWSLETTER,
        starts_on__lt=today,
        starts_on__gte=today - LOOK_BACK,
        issues=None,
    )
    return [
        f"“{placement.title}” was sold for the newsletter of {placement.starts_on:%d %B}, and no newsletter had it."
        for placement in sold[:MOST]
    ]
