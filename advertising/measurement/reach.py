"""
Reach: the number of browsers that saw a placement on a day, without knowing whose they were.

A network address and the name of a browser become a digest with the salt of the day. When the day
is over the digests are counted, and they and the salt are deleted; nothing is left that leads to
anybody or joins two days.
"""

import base64
import hashlib
import hmac
import secrets
import threading
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django_tasks import task

from advertising.delivery.tokens import VALID_FOR
from advertising.models import Action, DailyAudience, DailyReach, DailySalt, NetworkCount, UsedToken

DIGEST_BYTES = 16
# Tokens of a day are needed as long as one of them may be sent again.
SETTLED_AFTER = VALID_FOR + timedelta(minutes=30)

_salts: dict[date, bytes] = {}
_lock = threading.Lock()


def person(network: str, agent: str, day: date) -> str:
    """A digest of 22 letters that is the same for one browser on one day, and means nothing after
    it.
    """
    digest = hmac.new(_salt(day), f"{network}\n{agent}".encode(), hashlib.sha256).digest()[
        :DIGEST_BYTES
    ]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def network_digest(network: str, day: date) -> str:
    """The same of a whole network."""
    return person(network, "", day)


def _salt(day: date) -> bytes:
    """One query for each process and day."""
    with _lock:
        if day not in _salts:
            row, _ = DailySalt.objects.get_or_create(
                day=day, defaults={"salt": secrets.token_bytes(32)}
            )
            _salts.clear()
            _salts[day] = bytes(row.salt)
        return _salts[day]


def clear_salts() -> None:
    _salts.clear()


def unsettled_before(now_day: date) -> list[date]:
    return list(
        DailySalt.objects.filter(day__lt=now_day).order_by("day").values_list("day", flat=True)
    )


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
        DailySalt.objects.filter(day=day).delete()
        # In one statement, without loading them: a busy day has millions.
        UsedToken.objects.filter(day=day)._raw_delete(using="default")
        NetworkCount.objects.filter(day=day)._raw_delete(using="default")
