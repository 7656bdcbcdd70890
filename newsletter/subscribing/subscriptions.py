"""Subscriptions: asked for, confirmed, chosen, unsubscribed, moved to another address."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_tasks import task

from core import email_addresses, mail
from newsletter.models import (
    Delivery,
    Issue,
    Newsletter,
    SignupThrottle,
    Subscriber,
    Subscription,
    main_newsletter,
)
from newsletter.subscribing import signed_links

# What the forms say, and what is kept as proof of what was asked for.
CONSENT = "We will ask you to confirm by e-mail. You can leave with one click."
CONSENT_OF_PREFERENCES = (
    "Send me the newsletters that I have ticked. I can leave each with one click."
)
UNCONFIRMED_LIFETIME = timedelta(days=7)
UNSUBSCRIBED_LIFETIME = timedelta(days=30)
MOST_FORGOTTEN = 5_000  # at once
MOST_FORMER = 20  # records of consent of one newsletter
WHO_GOT_WHAT = timedelta(days=90)  # is known for so long

COMPLAINED = Subscriber.Suppression.COMPLAINED
# Nobody can use our forms to fill somebody’s inbox.
BETWEEN_MAILS = timedelta(hours=1)
LINK_LIFETIME = timedelta(seconds=signed_links.LIFETIMES[signed_links.CONFIRM])

Status, UnsubscribeMethod = Subscription.Status, Subscription.UnsubscribeMethod


def ask(email: str, source: str, newsletters: Collection[Newsletter] = ()) -> None:
    """Mail a link to confirm. Says nothing about whether the address is known: the page is the
    same.
    """
    now = timezone.now()
    with transaction.atomic():
        subscriber, _ = Subscriber.objects.get_or_create(
            email=email, defaults={"key": secrets.token_urlsafe(32), "asked_at": now}
        )
        for newsletter in newsletters or [main_newsletter()]:
            _wish(subscriber, newsletter, source, CONSENT, now)
        if _may_mail(subscriber, now):
            transaction.on_commit(lambda: mail_answer.enqueue(subscriber.pk))


def _may_mail(subscriber: Subscriber, now: datetime) -> bool:
    """One statement decides, so an inbox is mailed once an hour whichever forms are sent at
    once.
    """
    # Who called a newsletter spam is not written to, whoever asks.
    mine = Subscriber.objects.filter(pk=subscriber.pk).exclude(suppressed_because=COMPLAINED)
    if not mine.exists():
        return False
    if not _is_first_in_an_hour(_digest(email_addresses.inbox(subscriber.email)), now):
        return False
    mine.update(mailed_at=now, asked_at=now)
    return True


def _is_first_in_an_hour(inbox: str, now: datetime) -> bool:
    mailed_before = SignupThrottle.objects.filter(digest=inbox, mailed_at__lt=now - BETWEEN_MAILS)
    if mailed_before.update(mailed_at=now):
        return True
    _, is_new = SignupThrottle.objects.get_or_create(digest=inbox, defaults={"mailed_at": now})
    return is_new


def _digest(inbox: str) -> str:
    """By which an inbox is known without its address."""
    return salted_hmac("newsletter.inbox", inbox).hexdigest()[:32]


def _wish(
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
    fields = (
        "source",
        "consent_text",
        "asked_at",
        "confirmed_at",
        "unsubscribed_at",
        "unsubscribed_by",
    )
    return [*subscription.former, {field: str(getattr(subscription, field)) for field in fields}][
        -MOST_FORMER:
    ]


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
            _proven(subscriber, now)
            transaction.on_commit(lambda: mail_welcome.enqueue(subscriber.pk, new))
    return [each.newsletter for each in asked.active().select_related("newsletter")]


def _proven(subscriber: Subscriber, now: datetime) -> None:
    """Its owner opened a mail: the address works, and may be written to."""
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
    _stop(
        Subscription.objects.filter(Q(key=key) | Q(subscriber__in=asked, status=Status.PENDING)), by
    )
    return Subscription.objects.filter(key=key).select_related("newsletter", "subscriber").first()


def _stop(subscriptions: "QuerySet[Subscription]", by: str) -> None:
    now = timezone.now()
    with transaction.atomic():
        for request in subscriptions.filter(status=Status.PENDING):
            _take_back(request, now, by)
        subscriptions.exclude(status=Status.UNSUBSCRIBED).update(
            status=Status.UNSUBSCRIBED, unsubscribed_at=now, unsubscribed_by=by
        )


def _take_back(request: Subscription, now: datetime, by: str = "") -> None:
    """Nobody wanted it: it is as before somebody asked, a newsletter that was had and left, or else
    one that never was.
    """
    left: dict[str, Any] = {"unsubscribed_at": now, "unsubscribed_by": by}
    if request.former:
        left = {**request.former[-1], "former": request.former[:-1]}
    Subscription.objects.filter(pk=request.pk, status=Status.PENDING).update(
        status=Status.UNSUBSCRIBED, **left
    )


def leave_all(subscriber: Subscriber, by: str = UnsubscribeMethod.PREFERENCES) -> None:
    _stop(subscriber.subscriptions.all(), by)


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
            _wish(subscriber, newsletter, "preferences", CONSENT_OF_PREFERENCES, now)
        had = subscriber.subscriptions.filter(newsletter__is_offered=True)
        had.filter(newsletter__in=newsletters, status=Status.PENDING).update(
            status=Status.CONFIRMED, confirmed_at=now, unsubscribed_at=None, unsubscribed_by=""
        )
        _stop(had.exclude(newsletter__in=newsletters), UnsubscribeMethod.PREFERENCES)
        _proven(subscriber, now)


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
        if _may_mail(newcomer, now):
            transaction.on_commit(lambda: mail_address.enqueue(subscriber.pk, newcomer.pk))


def ask_for_link(subscriber: Subscriber) -> None:
    """Mail a fresh link to the preferences, once an hour."""
    if _may_mail(subscriber, timezone.now()):
        transaction.on_commit(lambda: mail_link.enqueue(subscriber.pk))


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
        _proven(old, now)
        transaction.on_commit(lambda: mail_changed.enqueue(former))
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


# --- Mails
# -----------------------------------------------------------------------------------------


@task()
def mail_answer(subscriber_id: int) -> None:
    """To whoever owns the address that a form was sent with: a link to confirm, or to what they
    have.
    """
    if subscriber := Subscriber.objects.filter(pk=subscriber_id).first():
        _mail_answer(subscriber)


@task()
def mail_link(subscriber_id: int) -> None:
    """To a reader who asked for the way to their newsletters, whatever else somebody asked for with
    their address.
    """
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    if subscriber and subscriber.is_confirmed:
        _mail_preferences(subscriber)
    elif subscriber:
        _mail_answer(subscriber)


def _mail_answer(subscriber: Subscriber) -> None:
    asked = list(
        subscriber.subscriptions.filter(status=Status.PENDING)
        .select_related("newsletter")
        .order_by("newsletter")
    )
    if asked:
        _mail_confirmation(subscriber, asked)
    elif subscriber.is_confirmed:
        _mail_preferences(subscriber)


def _mail_preferences(subscriber: Subscriber) -> None:
    had = [
        each.newsletter for each in subscriber.subscriptions.active().select_related("newsletter")
    ]
    context = {
        "newsletters": had,
        "preferences": signed_links.link(signed_links.PREFERENCES, subscriber),
    }
    mail.plain(
        subscriber.email, "Your newsletters", "newsletter/mail/known.txt", context, mail.AUTOMATIC
    ).send()


def _mail_confirmation(subscriber: Subscriber, asked: list[Subscription]) -> None:
    newsletters = [each.newsletter for each in asked]
    context = {
        "newsletters": newsletters,
        "confirm": signed_links.link(
            signed_links.CONFIRM, subscriber, [newsletter.pk for newsletter in newsletters]
        ),
        "leave": signed_links.to_leave(asked[0]),
        "is_new": not subscriber.is_confirmed,
    }
    headers = {**mail.AUTOMATIC, **signed_links.leaving_headers(asked[0])}
    mail.plain(
        subscriber.email, "Confirm your newsletter", "newsletter/mail/confirm.txt", context, headers
    ).send()


@task()
def mail_welcome(subscriber_id: int, newsletters: list[int]) -> None:
    had = Subscription.objects.active().filter(subscriber=subscriber_id, newsletter__in=newsletters)
    found = list(had.select_related("newsletter", "subscriber").order_by("newsletter"))
    if not found:
        return
    subscriber = found[0].subscriber
    context = {
        "newsletters": [each.newsletter for each in found],
        "preferences": signed_links.link(signed_links.PREFERENCES, subscriber),
        "leave": signed_links.to_leave(found[0]),
    }
    headers = {**mail.AUTOMATIC, **signed_links.leaving_headers(found[0])}
    mail.plain(
        subscriber.email, "You are on the list", "newsletter/mail/welcome.txt", context, headers
    ).send()


@task()
def mail_address(subscriber_id: int, newcomer_id: int) -> None:
    found = Subscriber.objects.in_bulk([subscriber_id, newcomer_id])
    if len(found) < 2:
        return
    subscriber, newcomer = found[subscriber_id], found[newcomer_id]
    context = {"confirm": signed_links.link(signed_links.ADDRESS, subscriber, newcomer.key)}
    subject, template = "Confirm your new address", "newsletter/mail/address.txt"
    mail.plain(newcomer.email, subject, template, context, mail.AUTOMATIC).send()


@task()
def mail_changed(former: str) -> None:
    """To the address that gets no newsletters any more: whoever reads it should know."""
    mail.plain(
        former,
        "Your newsletters go elsewhere now",
        "newsletter/mail/changed.txt",
        {},
        mail.AUTOMATIC,
    ).send()


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
    _forget_what_was_never_confirmed(now)
    known = Subscriber.objects.exclude(suppressed_because=COMPLAINED)
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
            _take_back(request, now)
        else:
            Subscription.objects.filter(pk=request.pk, status=Status.PENDING).delete()


def _forget_who_got_what(now: datetime) -> None:
    """Forget who got an old newsletter; how many stays."""
    named = Delivery.objects.filter(issue=OuterRef("pk"), subscription__isnull=False)
    old = Issue.objects.filter(Exists(named), started_at__lt=now - WHO_GOT_WHAT)
    for issue in list(old.values_list("pk", flat=True)[:20]):
        Delivery.objects.filter(issue=issue).update(subscription=None, answer="")
