"""The state of subscriptions: wished for, confirmed, left."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core import mailboxes
from newsletter.models import CONSENT_FIELDS, Newsletter, Subscriber, Subscription
from newsletter.subscribing import mails

MOST_FORMER = 20  # records of consent of one newsletter

Status, UnsubscribeMethod = Subscription.Status, Subscription.UnsubscribeMethod


def wish(
    subscriber: Subscriber, newsletter: Newsletter, source: str, consent: str, now: datetime
) -> None:
    """Note that somebody asked. A newsletter that is had stays as it is."""
    words = {"source": source, "consent_text": consent, "asked_at": now}
    subscription, is_new = Subscription.objects.get_or_create(
        subscriber=subscriber,
        newsletter=newsletter,
        defaults={"key": secrets.token_urlsafe(32), **words},
    )
    if not is_new:
        not_had = Subscription.objects.filter(pk=subscription.pk).exclude(status=Status.CONFIRMED)
        anew = {
            "confirmed_at": None,
            "unsubscribed_at": None,
            "unsubscribed_by": "",
            "former": _former(subscription),
        }
        not_had.update(status=Status.PENDING, **anew, **words)


def _former(subscription: Subscription) -> list[dict[str, str]]:
    """Return the earlier consent, and until when it held: the proof for what was sent then."""
    if subscription.status != Status.UNSUBSCRIBED or subscription.confirmed_at is None:
        return subscription.former
    record = {field: str(getattr(subscription, field)) for field in CONSENT_FIELDS}
    return [*subscription.former, record][-MOST_FORMER:]


def confirm(subscriber: Subscriber, newsletters: Iterable[int]) -> list[Newsletter]:
    """Confirm what the link of a mail asked for; a welcome is mailed once. Returns the
    subscriptions of it.

    Only what that mail named: what somebody else asked for meanwhile is not in it.
    """
    now = timezone.now()
    with transaction.atomic():
        asked = Subscription.objects.filter(subscriber=subscriber, newsletter__in=newsletters)
        new = list(asked.filter(status=Status.PENDING).values_list("newsletter_id", flat=True))
        asked.filter(status=Status.PENDING).update(
            status=Status.CONFIRMED, confirmed_at=now, unsubscribed_at=None, unsubscribed_by=""
        )
        if new:
            mark_proven(subscriber, now)
            transaction.on_commit(lambda: mails.mail_welcome.enqueue(subscriber.pk, new))
    return [each.newsletter for each in asked.active().select_related("newsletter")]


def mark_proven(subscriber: Subscriber, now: datetime) -> None:
    """Its owner opened a mail: the address works, and may be written to."""
    mailboxes.revive(Subscriber.objects.values_list("email", flat=True).get(pk=subscriber.pk))
    Subscriber.objects.filter(pk=subscriber.pk, confirmed_at=None).update(confirmed_at=now)
    Subscriber.objects.filter(pk=subscriber.pk).update(
        suppressed_because="", suppressed_at=None, soft_bounces=0
    )


def leave(key: str, by: str = UnsubscribeMethod.LINK) -> Subscription | None:
    """Stop one newsletter. Its subscription, also when it had stopped already; None where there is
    no such link.

    The link of a mail that asks for a confirmation says no to all that it asks about.
    """
    asked = Subscription.objects.filter(key=key, status=Status.PENDING).values("subscriber")
    _tell_of_leaving(Subscription.objects.filter(key=key), by)
    stop(
        Subscription.objects.filter(Q(key=key) | Q(subscriber__in=asked, status=Status.PENDING)), by
    )
    return Subscription.objects.filter(key=key).select_related("newsletter", "subscriber").first()


# Ways of leaving that stand in a newsletter, which may have been forwarded.
FORWARDED = (UnsubscribeMethod.LINK, UnsubscribeMethod.PREFERENCES)


def _tell_of_leaving(subscriptions: QuerySet[Subscription], by: str) -> None:
    """Mail the reader’s own inbox, once for a newsletter that was had."""
    if by not in FORWARDED:
        return
    left = list(
        subscriptions.filter(status=Status.CONFIRMED).values_list("subscriber", "newsletter")
    )
    if left:
        newsletters = [newsletter for _, newsletter in left]
        transaction.on_commit(lambda: mails.mail_left.enqueue(left[0][0], newsletters))


def leave_all(subscriber: Subscriber, by: str = UnsubscribeMethod.PREFERENCES) -> None:
    _tell_of_leaving(Subscription.objects.filter(subscriber=subscriber), by)
    stop(subscriber.subscriptions.all(), by)


def stop(subscriptions: QuerySet[Subscription], by: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        for request in subscriptions.filter(status=Status.PENDING):
            withdraw_request(request, now, by)
        subscriptions.exclude(status=Status.UNSUBSCRIBED).update(
            status=Status.UNSUBSCRIBED, unsubscribed_at=now, unsubscribed_by=by
        )


def withdraw_request(request: Subscription, now: datetime, by: str = "") -> None:
    """Nobody wanted it: it is as before somebody asked, a newsletter that was had and left, or else
    one that never was.
    """
    left: dict[str, Any] = {"unsubscribed_at": now, "unsubscribed_by": by}
    if request.former:
        left = {**request.former[-1], "former": request.former[:-1]}
    Subscription.objects.filter(pk=request.pk, status=Status.PENDING).update(
        status=Status.UNSUBSCRIBED, **left
    )
