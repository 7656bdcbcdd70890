"""Reach: the number of browsers that saw a placement on a day. The digests that it is counted from are
destroyed with the day (`audience/digests.py`).
"""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django_tasks import task

from advertising.delivery.tokens import VALID_FOR
from advertising.models import Action, DailyAudience, DailyReach, NetworkCount, UsedToken
from audience.counting import retention
from audience.digests import unsettled_before

# Tokens of a day are needed as long as one of them may be sent again.
SETTLED_AFTER = VALID_FOR + timedelta(minutes=30)


@task()
def settle_days() -> int:
    """Count the reach of each day that is over, then destroy what it was counted from. Done twice
    it does no harm.
    """
    settled = (timezone.now() - SETTLED_AFTER).date()
    days = unsettled_before(settled)
    for day in days:
        settle(day)
    return len(days)


def settle(day: date) -> None:
    with transaction.atomic():
        shown = UsedToken.objects.filter(day=day, action=Action.RENDERED)
        rows = (
            shown.values_list("placement")
            .annotate(people=Count("person", distinct=True))
            .order_by()
        )
        DailyReach.objects.bulk_create(
            [
                DailyReach(placement_id=placement, day=day, people=people)
                for placement, people in rows
            ],
            ignore_conflicts=True,
        )
        browsers = shown.aggregate(number=Count("person", distinct=True))["number"]
        DailyAudience.objects.get_or_create(day=day, defaults={"browsers": browsers})
        # In one statement, without loading them: a busy day has millions.
        UsedToken.objects.filter(day=day)._raw_delete(using="default")
        NetworkCount.objects.filter(day=day)._raw_delete(using="default")
        retention.settle(day)
