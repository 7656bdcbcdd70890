"""What mail providers tell us afterwards: that a letter came back, or was called spam. Their signed webhooks come by
django-anymail."""

import re
from typing import Any

from anymail.signals import EventType, RejectReason

from newsletter import suppression
from newsletter.models import Delivery, Subscriber

HARD = (RejectReason.INVALID, RejectReason.BOUNCED)
_SOFT_CODE = re.compile(r"\b(4\.\d{1,3}\.\d{1,3}|5\.[2-7]\.\d{1,3})\b")


def receive(sender: object, event: Any, esp_name: str, **kwargs: Any) -> None:
    """Receives anymail’s `tracking`. Told twice, it changes nothing the second time."""
    delivery = _delivery_of(event)
    subscriber = _subscriber_of(event, delivery)
    if event.event_type == EventType.COMPLAINED:
        if subscriber:
            suppression.note_complaint(subscriber)
    elif event.event_type in (EventType.BOUNCED, EventType.REJECTED):
        is_news = delivery is None or _mark_bounced(delivery)
        if subscriber and is_news:
            _strike(subscriber, event)


def _strike(subscriber: Subscriber, event: Any) -> None:
    if is_hard(event):
        suppression.suppress(subscriber, Subscriber.Suppression.BOUNCED)
    else:
        suppression.note_soft(subscriber)


def is_hard(event: Any) -> bool:
    """Whether there is no such address: not when the box is full, or the server has a rule against us."""
    return event.reject_reason in HARD and not _SOFT_CODE.search(event.mta_response or "")


def _mark_bounced(delivery: Delivery) -> bool:
    was_sent = Delivery.objects.filter(pk=delivery.pk, status__in=("sent", "handed"))
    return was_sent.update(status=Delivery.Status.BOUNCED) == 1


def _delivery_of(event: Any) -> Delivery | None:
    if not event.message_id:
        return None
    known = Delivery.objects.filter(provider_id=str(event.message_id)[:120])
    return known.select_related("subscription__subscriber").first()


def _subscriber_of(event: Any, delivery: Delivery | None) -> Subscriber | None:
    if delivery is not None:
        return delivery.subscription.subscriber if delivery.subscription else None
    return Subscriber.objects.filter(email__iexact=event.recipient or "").first()
