"""Preferences: which newsletters somebody has, and at which address."""

import secrets
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from newsletter.models import Newsletter, Subscriber, Subscription
from newsletter.subscribing import mails
from newsletter.subscribing.signing_up import may_mail
from newsletter.subscribing.subscriptions import (
    Status,
    UnsubscribeMethod,
    mark_proven,
    stop,
    wish,
)

CONSENT = "Send me the newsletters that I have ticked. I can leave each with one click."


def choose(
    subscriber: Subscriber, newsletters: Collection[Newsletter], counts_clicks: bool
) -> None:
    """Have exactly these newsletters of those that are offered. Whoever has the link has opened a
    mail of ours.
    """
    now = timezone.now()
    with transaction.atomic():
        Subscriber.objects.filter(pk=subscriber.pk).update(counts_clicks=counts_clicks)
        for newsletter in newsletters:
            wish(subscriber, newsletter, "preferences", CONSENT, now)
        had = subscriber.subscriptions.filter(newsletter__is_offered=True)
        had.filter(newsletter__in=newsletters, status=Status.PENDING).update(
            status=Status.CONFIRMED, confirmed_at=now, unsubscribed_at=None, unsubscribed_by=""
        )
        stop(had.exclude(newsletter__in=newsletters), UnsubscribeMethod.PREFERENCES)
        mark_proven(subscriber, now)


def ask_for_address(subscriber: Subscriber, email: str) -> None:
    """Mail a link to the new address; nothing changes until it is opened there. Raises
    ValidationError.

    The new address is held to the same hour as by every other form: nobody can have others mailed.
    """
    now = timezone.now()
    if email == subscriber.email:
        raise ValidationError("Your newsletters go to this address already.")
    with transaction.atomic():
        newcomer, _ = Subscriber.objects.get_or_create(
            email=email, defaults={"key": secrets.token_urlsafe(32), "asked_at": now}
        )
        if may_mail(newcomer, now):
            transaction.on_commit(lambda: mails.mail_address.enqueue(subscriber.pk, newcomer.pk))


def ask_for_link(subscriber: Subscriber) -> None:
    """Mail a fresh link to the preferences, once an hour."""
    if may_mail(subscriber, timezone.now()):
        transaction.on_commit(lambda: mails.mail_link.enqueue(subscriber.pk))


def change_address(subscriber: Subscriber, email: str) -> bool:
    """Send all newsletters to `email` from now on. True when it changed: a second press changes
    nothing.

    An address that has newsletters of its own keeps them: both are then one reader.
    """
    if subscriber.email == email:
        return False
    with transaction.atomic():
        old = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        if old.email == email:
            return False
        former = old.email
        if other := Subscriber.objects.select_for_update().filter(email=email).first():
            _take_over(old, other)
        # A new key: the links in mails to the old address open nothing any more, but each
        # newsletter can still be left.
        now = timezone.now()
        Subscriber.objects.filter(pk=old.pk).update(
            email=email, key=secrets.token_urlsafe(32), confirmed_at=now
        )
        mark_proven(old, now)
        transaction.on_commit(lambda: mails.mail_changed.enqueue(former, old.pk))
    return True


def bring_back(subscriber: Subscriber, former: str) -> bool:
    """Undo a change of address: the owner of the old one says that it was not theirs. Returns False
    where that address has newsletters of its own again.
    """
    with transaction.atomic():
        if Subscriber.objects.filter(email=former).exclude(pk=subscriber.pk).exists():
            return False
        # A new key: whoever moved them has links that open nothing now.
        Subscriber.objects.filter(pk=subscriber.pk).update(
            email=former, key=secrets.token_urlsafe(32)
        )
        mark_proven(subscriber, timezone.now())
    return True


def _take_over(subscriber: Subscriber, other: Subscriber) -> None:
    """Move what `other` reads to `subscriber`; `other` goes.

    The links to leave in mails to the address that stays are those that go on working.
    """
    if not other.counts_clicks:
        Subscriber.objects.filter(pk=subscriber.pk).update(counts_clicks=False)
    for theirs in list(other.subscriptions.all()):
        mine = subscriber.subscriptions.filter(newsletter=theirs.newsletter_id)
        if theirs.status == Status.CONFIRMED or not mine.exists():
            mine.delete()
            Subscription.objects.filter(pk=theirs.pk).update(subscriber=subscriber)
        else:
            key = theirs.key
            theirs.delete()
            mine.update(key=key)
    other.delete()
