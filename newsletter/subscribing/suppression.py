"""Suppression of addresses: those that do not exist, and those whose owners called a newsletter
spam.
"""

from django.db.models import F
from django.utils import timezone

from core import mailboxes
from newsletter.models import Delivery, Subscriber, Subscription
from newsletter.sending.transport import Refused
from newsletter.subscribing.subscriptions import leave_all

MOST_SOFT = 5  # newsletters in a row that did not get through

Suppression = Subscriber.Suppression


def note_accepted(delivery: Delivery) -> None:
    subscriber = _subscriber_of(delivery)
    if subscriber and subscriber.soft_bounces:
        Subscriber.objects.filter(pk=subscriber.pk).update(soft_bounces=0)
        mailboxes.note_accepted(subscriber.email)


def note_refused(delivery: Delivery, refused: Refused) -> None:
    """An address that does not exist is struck off at once; one that is full or busy, after several
    newsletters.

    A rule against us, or a limit of ours, says nothing of the address.
    """
    if subscriber := _subscriber_of(delivery):
        if refused.is_no_such_address:
            suppress(subscriber, Suppression.BOUNCED)
        elif refused.is_about_box:
            note_soft(subscriber)


def note_soft(subscriber: Subscriber) -> None:
    readers = Subscriber.objects.filter(pk=subscriber.pk)
    readers.update(soft_bounces=F("soft_bounces") + 1)
    if readers.filter(soft_bounces__gte=MOST_SOFT).exists():
        suppress(subscriber, Suppression.FULL)


def suppress(subscriber: Subscriber, because: str) -> None:
    """Once; what was known first stays. The subscriptions stay, so that confirming brings them
    back.
    """
    not_yet = Subscriber.objects.filter(pk=subscriber.pk, suppressed_because="")
    if not_yet.update(suppressed_because=because, suppressed_at=timezone.now()):
        _tell_all(subscriber.email, because)


def _tell_all(address: str, because: str) -> None:
    """What a newsletter found out is true of every other mail to the address."""
    if because == Suppression.BOUNCED:
        mailboxes.note_hard(address)
    elif because == Suppression.COMPLAINED:
        mailboxes.note_complaint(address)


def note_complaint(subscriber: Subscriber) -> None:
    """Calling it spam is leaving."""
    leave_all(subscriber, Subscription.UnsubscribeMethod.COMPLAINT)
    suppress(subscriber, Suppression.COMPLAINED)


def _subscriber_of(delivery: Delivery) -> Subscriber | None:
    return delivery.subscription.subscriber if delivery.subscription else None
