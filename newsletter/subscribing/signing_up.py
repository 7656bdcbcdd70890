"""Sign-up by any form: a mail with a link to confirm, and who may be sent one."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from core import email_addresses, keyed_digests
from newsletter.models import Newsletter, SignupThrottle, Subscriber, main_newsletter
from newsletter.subscribing import mails
from newsletter.subscribing.subscriptions import Status, wish

# What the forms say, and what is kept as proof of what was asked for.
CONSENT = "We will ask you to confirm by e-mail. You can leave with one click."
# Nobody can use our forms to fill somebody’s inbox.
BETWEEN_MAILS = timedelta(hours=1)
MOST_OWED = 1_000


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
            wish(subscriber, newsletter, source, CONSENT, now)
        if may_mail(subscriber, now):
            transaction.on_commit(lambda: mails.mail_answer.enqueue(subscriber.pk))
        else:
            _owe_answer(subscriber)


def _owe_answer(subscriber: Subscriber) -> None:
    """The answer waits until the hour is over: what was asked for is not lost."""
    may_be_written_to = Subscriber.objects.filter(pk=subscriber.pk, answer_owed=False).exclude(
        suppressed_because=Subscriber.Suppression.COMPLAINED
    )
    may_be_written_to.update(answer_owed=True)


def is_owing() -> bool:
    return Subscriber.objects.filter(answer_owed=True).exists()


@task()
def answer_owed() -> int:
    """Mail the answers whose hour is over. Returns how many."""
    number, now = 0, timezone.now()
    for subscriber in Subscriber.objects.filter(answer_owed=True).order_by("pk")[:MOST_OWED]:
        with transaction.atomic():
            wants = subscriber.subscriptions.filter(status=Status.PENDING).exists()
            if wants and not may_mail(subscriber, now):
                continue
            mine = Subscriber.objects.filter(pk=subscriber.pk, answer_owed=True)
            if mine.update(answer_owed=False) and wants:
                number += 1
                transaction.on_commit(partial(mails.mail_answer.enqueue, subscriber.pk))
    return number


def may_mail(subscriber: Subscriber, now: datetime) -> bool:
    """One statement decides, so an inbox is mailed once an hour whichever forms are sent at
    once.
    """
    # Who called a newsletter spam is not written to, whoever asks.
    mine = Subscriber.objects.filter(pk=subscriber.pk).exclude(
        suppressed_because=Subscriber.Suppression.COMPLAINED
    )
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
    return keyed_digests.digest("newsletter.inbox", inbox)[:32]
