"""Actions of the desk for a reader: add with proof of consent, unsubscribe, lift a suppression."""

import secrets
from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from core import mailboxes
from core.email_addresses import one_spelling
from newsletter.models import Newsletter, Subscriber, SubscriberTag, Subscription
from newsletter.subscribing import suppression
from newsletter.subscribing.line_states import LineState
from newsletter.subscribing.subscriptions import Status, UnsubscribeMethod, stop

SOURCE = "desk"
SHORTEST_PROOF = 10


def add(
    email: str,
    newsletters: Collection[Newsletter],
    proof: str,
    *,
    source: str = SOURCE,
    at: datetime | None = None,
    tags: Collection[str] = (),
) -> Subscriber:
    """Subscribe somebody who agreed elsewhere. `proof` says where and when; it is kept with the
    subscription, and given to whoever asks.

    Nobody is brought back who left or who called a newsletter spam: they come back by themselves.
    Raises ValidationError with a sentence, having changed nothing.
    """
    address = _address(email)
    if len(proof.strip()) < SHORTEST_PROOF:
        raise ValidationError("Say where and when they agreed: it is the proof of consent.")
    now = timezone.now()
    with transaction.atomic():
        subscriber, _ = Subscriber.objects.get_or_create(
            email=address,
            defaults={"key": secrets.token_urlsafe(32), "asked_at": at or now},
        )
        if subscriber.suppressed_because == Subscriber.Suppression.COMPLAINED:
            raise ValidationError(f"{address} called a newsletter spam. Only they can come back.")
        for newsletter in newsletters:
            _subscribe(subscriber, newsletter, proof.strip()[:300], source, at or now)
        Subscriber.objects.filter(pk=subscriber.pk, confirmed_at=None).update(
            confirmed_at=at or now
        )
        tag(subscriber, tags)
    return subscriber


def _address(email: str) -> str:
    try:
        validate_email(email.strip())
        return one_spelling(email.strip())
    except ValidationError as error:
        raise ValidationError(f"“{email.strip()[:80]}” is no e-mail address.") from error


def _subscribe(
    subscriber: Subscriber, newsletter: Newsletter, proof: str, source: str, at: datetime
) -> None:
    consent = {
        "status": Status.CONFIRMED,
        "source": source,
        "consent_text": proof,
        "asked_at": at,
        "confirmed_at": at,
    }
    subscription, is_new = Subscription.objects.get_or_create(
        subscriber=subscriber,
        newsletter=newsletter,
        defaults={"key": secrets.token_urlsafe(32), **consent},
    )
    if is_new or subscription.status == Status.CONFIRMED:
        return
    if subscription.status == Status.UNSUBSCRIBED and subscription.unsubscribed_at:
        day = f"{subscription.unsubscribed_at.day} {subscription.unsubscribed_at:%B %Y}"
        raise ValidationError(
            f"{subscriber.email} left {newsletter} on {day}. Only they can come back."
        )
    Subscription.objects.filter(pk=subscription.pk).update(**consent)


def keep_out(
    email: str, newsletter: Newsletter, proof: str, state: LineState, *, at: datetime | None = None
) -> None:
    """Remember for a month that somebody left elsewhere, so that no other file of the same move brings
    them back, and for good that an address is dead or complained. Who has this newsletter here keeps
    it. Raises ValidationError.
    """
    address, moment = _address(email), at or timezone.now()
    with transaction.atomic():
        subscriber, _ = Subscriber.objects.get_or_create(
            email=address,
            defaults={
                "key": secrets.token_urlsafe(32),
                "asked_at": timezone.now(),
                # What is not confirmed is forgotten after a week.
                "confirmed_at": moment,
            },
        )
        Subscription.objects.get_or_create(
            subscriber=subscriber,
            newsletter=newsletter,
            defaults={
                "key": secrets.token_urlsafe(32),
                "status": Status.UNSUBSCRIBED,
                "source": "import",
                "consent_text": proof.strip()[:300],
                "asked_at": moment,
                "unsubscribed_at": moment,
            },
        )
        if state == LineState.BOUNCED:
            suppression.suppress(subscriber, Subscriber.Suppression.BOUNCED)
        elif state == LineState.COMPLAINED:
            suppression.note_complaint(subscriber)


def tag(subscriber: Subscriber, names: Collection[str]) -> None:
    """Add tags, made where they are new."""
    for name in names:
        if clean := " ".join(name.split())[:40]:
            subscriber.tags.add(SubscriberTag.objects.get_or_create(name=clean)[0])


def unsubscribe(subscriber: Subscriber, newsletters: Collection[int]) -> int:
    """Stop these newsletters, because their reader asked the desk. Returns how many were had."""
    had = subscriber.subscriptions.filter(newsletter__in=newsletters).exclude(
        status=Status.UNSUBSCRIBED
    )
    number = had.count()
    stop(had, UnsubscribeMethod.DESK)
    return number


def lift(subscriber: Subscriber) -> None:
    """Write to an address again that bounced or was full. Raises ValidationError for one whose
    owner called a newsletter spam.
    """
    if subscriber.suppressed_because == Subscriber.Suppression.COMPLAINED:
        raise ValidationError("They called a newsletter spam. Only they can come back.")
    Subscriber.objects.filter(pk=subscriber.pk).exclude(
        suppressed_because=Subscriber.Suppression.COMPLAINED
    ).update(suppressed_because="", suppressed_at=None, soft_bounces=0)
    mailboxes.revive(subscriber.email)
