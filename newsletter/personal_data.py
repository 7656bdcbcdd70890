"""Personal data in newsletters: exported and erased."""

from typing import Any

from django.db.models import QuerySet

from core.email_addresses import spelled
from newsletter.models import CONSENT_FIELDS, Click, Delivery, Subscriber, Subscription

OF_READER = (
    "email",
    "asked_at",
    "mailed_at",
    "confirmed_at",
    "counts_clicks",
    "suppressed_because",
    "suppressed_at",
)
OF_NEWSLETTER = (
    "newsletter__name",
    "status",
    *CONSENT_FIELDS,
    "former",
)


def _readers(address: str) -> QuerySet[Subscriber]:
    """By either spelling: as people write it, and as it is kept."""
    return Subscriber.objects.filter(email__in={address.lower(), spelled(address)})


def export(address: str, accounts: list[Any]) -> dict[str, list[Any]]:
    readers = _readers(address)
    subscriptions = Subscription.objects.filter(subscriber__in=readers)
    mails = Delivery.objects.filter(subscription__in=subscriptions).order_by("pk")
    clicks = Click.objects.filter(delivery__subscription__in=subscriptions).order_by("pk")
    return {
        "newsletter": list(readers.values(*OF_READER)),
        "tags of the desk": list(readers.filter(tags__isnull=False).values_list("tags__name")),
        "newsletters": list(subscriptions.values(*OF_NEWSLETTER)),
        "mails of newsletters": list(
            mails.values("issue__newsletter__name", "issue__number", "status", "sent_at", "answer")
        ),
        "clicks in newsletters": list(clicks.values("link__url", "at")),
    }


def erase(address: str, accounts: list[Any], *, keep_words: bool = False) -> dict[str, int]:
    """Counts of what was sent stay; nothing in them leads to anybody."""
    readers = _readers(address)
    mine = Delivery.objects.filter(subscription__subscriber__in=readers)
    clicks = Click.objects.filter(delivery__in=mine).delete()[0]
    mails = mine.update(subscription=None, answer="")
    newsletters = Subscription.objects.filter(subscriber__in=readers).delete()[0]
    return {
        "clicks in newsletters": clicks,
        "mails of newsletters": mails,
        "newsletters": newsletters,
        "newsletter": readers.delete()[0],
    }
