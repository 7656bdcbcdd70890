"""Readers who never confirmed or who left are forgotten, and who was sent what."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django_tasks import task

from newsletter.models import (
    Delivery,
    Issue,
    SignupThrottle,
    Subscriber,
    SubscriberImport,
    Subscription,
)
from newsletter.subscribing.signing_up import BETWEEN_MAILS
from newsletter.subscribing.subscriptions import Status, withdraw_request

UNCONFIRMED_LIFETIME = timedelta(days=7)
UNSUBSCRIBED_LIFETIME = timedelta(days=30)
IMPORTS_KEPT_FOR = timedelta(days=30)
MOST_FORGOTTEN = 5_000  # at once
WHO_GOT_WHAT = timedelta(days=90)  # is known for so long


@task()
def forget_readers() -> int:
    """No address is kept of those who never confirm, or who left every newsletter a month ago.
    Returns how many went.

    Who called a newsletter spam stays known, so that nobody writes to them again. Who was sent
    which newsletter is forgotten after three months.
    """
    now = timezone.now()
    _forget_who_got_what(now)
    SignupThrottle.objects.filter(mailed_at__lt=now - BETWEEN_MAILS).delete()
    SubscriberImport.objects.filter(made_at__lt=now - IMPORTS_KEPT_FOR).delete()
    _forget_what_was_never_confirmed(now)
    known = Subscriber.objects.exclude(suppressed_because=Subscriber.Suppression.COMPLAINED)
    never = known.filter(confirmed_at=None, asked_at__lt=now - UNCONFIRMED_LIFETIME)
    still = Subscription.objects.filter(subscriber=OuterRef("pk")).exclude(
        status=Status.UNSUBSCRIBED, unsubscribed_at__lt=now - UNSUBSCRIBED_LIFETIME
    )
    gone = known.filter(~Exists(still), asked_at__lt=now - UNSUBSCRIBED_LIFETIME)
    forgotten = 0
    for readers in (never, gone):
        pks = list(readers.values_list("pk", flat=True)[:MOST_FORGOTTEN])
        forgotten += len(pks)
        Subscriber.objects.filter(pk__in=pks).delete()
    return forgotten


def _forget_what_was_never_confirmed(now: datetime) -> None:
    """Of those who have other newsletters, too: anybody can have asked. What was had before that
    stays on record.
    """
    long_ago = now - UNCONFIRMED_LIFETIME
    # Whoever was asked about another newsletter meanwhile may still say yes to both.
    never = Subscription.objects.filter(
        status=Status.PENDING, asked_at__lt=long_ago, subscriber__asked_at__lt=long_ago
    )
    for request in never.filter(subscriber__confirmed_at__isnull=False)[:MOST_FORGOTTEN]:
        if request.former:
            withdraw_request(request, now)
        else:
            Subscription.objects.filter(pk=request.pk, status=Status.PENDING).delete()


def _forget_who_got_what(now: datetime) -> None:
    """Forget who got an old newsletter; how many stays."""
    named = Delivery.objects.filter(issue=OuterRef("pk"), subscription__isnull=False)
    old = Issue.objects.filter(Exists(named), started_at__lt=now - WHO_GOT_WHAT)
    for issue in list(old.values_list("pk", flat=True)[:20]):
        Delivery.objects.filter(issue=issue).update(subscription=None, answer="")
