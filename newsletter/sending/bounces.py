"""Bounces and complaints, as mail providers report them. Their signed webhooks come by
django-anymail."""

import re
from typing import Any

from anymail.signals import EventType, RejectReason

from core import mailboxes
from core.email_addresses import spelled
from newsletter.models import Delivery, Subscriber
from newsletter.subscribing import suppression

HARD = (RejectReason.INVALID, RejectReason.BOUNCED)
_NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.(1|2|3|6|10)\b")
_OTHER_CODE = re.compile(r"\b(4\.\d{1,3}\.\d{1,3}|5\.[2-7]\.\d{1,3}|4\d\d)\b")
# How providers say themselves that it is for good: Postmark, Brevo, Mailgun, SendGrid, SparkPost.
_FOR_GOOD = {
    "Type": ("HardBounce",),
    "event": ("hard_bounce",),
    "severity": ("permanent",),
    "type": ("bounce",),
    "bounce_class": ("10", "30"),
}


def receive(sender: object, event: Any, esp_name: str, **kwargs: Any) -> None:
    """Receives anymail’s `tracking`. Told twice, it changes nothing the second time."""
    if event.event_type == EventType.COMPLAINED:
        if subscriber := _subscriber_of(event, _delivery_of(event)):
            suppression.note_complaint(subscriber)
        mailboxes.note_complaint(event.recipient or "")
    elif event.event_type in (EventType.BOUNCED, EventType.REJECTED):
        _bounced(event)
    elif event.event_type == EventType.DELIVERED and (delivery := _delivery_of(event)):
        suppression.note_accepted(delivery)


def _bounced(event: Any) -> None:
    """Of mails that are no newsletters only an address that does not exist is noted: a repetition
    looks the same.
    """
    delivery = _delivery_of(event)
    subscriber = _subscriber_of(event, delivery)
    is_news = delivery is not None and _mark_bounced(delivery)
    if subscriber and is_hard(event):
        suppression.suppress(subscriber, Subscriber.Suppression.BOUNCED)
    elif subscriber and is_news:
        suppression.note_soft(subscriber)
    if is_hard(event):
        mailboxes.note_hard(event.recipient or "")


def mailbox_ended(sender: object, address: str, state: str, **kwargs: Any) -> None:
    """Receives `mailboxes.ended`: what any other mail told of an address is true of newsletters."""
    subscriber = Subscriber.objects.filter(email=spelled(address)).first()
    if subscriber is None:
        return
    if state == mailboxes.State.COMPLAINED:
        suppression.note_complaint(subscriber)
    elif state == mailboxes.State.FULL:
        suppression.suppress(subscriber, Subscriber.Suppression.FULL)
    else:
        suppression.suppress(subscriber, Subscriber.Suppression.BOUNCED)


def is_hard(event: Any) -> bool:
    """Return whether there is no such address: not when the box is full, or the server has a rule
    against us.
    """
    said = f"{event.mta_response or ''} {event.description or ''}"
    if _NO_SUCH_ADDRESS.search(said) or event.reject_reason == RejectReason.INVALID:
        return True
    if _OTHER_CODE.search(said) or event.reject_reason not in HARD:
        return False
    told = event.esp_event if isinstance(event.esp_event, dict) else {}
    return any(str(told.get(name, "")) in words for name, words in _FOR_GOOD.items())


def _mark_bounced(delivery: Delivery) -> bool:
    was_sent = Delivery.objects.filter(
        pk=delivery.pk, status__in=("sent", "sending", "unconfirmed")
    )
    return was_sent.update(status=Delivery.Status.BOUNCED) == 1


def _delivery_of(event: Any) -> Delivery | None:
    if not event.message_id:
        return None
    known = Delivery.objects.filter(provider_id=str(event.message_id)[:120])
    return known.select_related("subscription__subscriber").first()


def _subscriber_of(event: Any, delivery: Delivery | None) -> Subscriber | None:
    """Return the subscriber of the address that it names: it says nothing about the new one of
    somebody who moved.
    """
    named = spelled(event.recipient or "")
    reader = delivery.subscription.subscriber if delivery and delivery.subscription else None
    if reader and named in ("", reader.email):
        return reader
    return Subscriber.objects.filter(email=named).first()
