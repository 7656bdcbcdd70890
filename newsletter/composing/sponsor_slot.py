"""The place in the newsletter that advertisers book: on which days there is one, and whether
anybody got it.
"""

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from newsletter.composing import schedule
from newsletter.models import Delivery, Issue, Newsletter, main_newsletter
from newsletter.sending.issue_status import GONE_OUT

CALLED_OFF = (Issue.Status.SKIPPED, Issue.Status.CANCELLED)


def days_to_come(days: Collection[date]) -> set[date]:
    """Those of some days on which the newsletter with the place is still to go out: two queries.

    By its rhythm, or because an issue of that day waits on the desk.
    """
    newsletter = Newsletter.objects.filter(carries_placement=True).first() or main_newsletter()
    if not newsletter.carries_placement:
        return set()
    planned = {
        day: turn
        for day in days
        if (turn := schedule.turn_on(newsletter, day)) and turn > timezone.now()
    }
    issues = list(
        Issue.objects.filter(newsletter=newsletter, day__in=days).only("day", "status", "turn_at")
    )
    waiting = {issue.day for issue in issues if issue.may_be_edited}
    # What was called off by hand leaves the day its turn.
    gone = {i.day for i in issues if i.status not in CALLED_OFF or i.turn_at == planned.get(i.day)}
    return waiting | (planned.keys() - gone)


def was_got(placement: int) -> bool:
    """Return whether a reader’s server took a mail that had it, or may have."""
    return Delivery.objects.filter(
        issue__placement=placement, has_placement=True, status__in=GONE_OUT
    ).exists()
