"""Sign-up by any form: a mail with a link to confirm, and who may be sent one."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core import email_addresses
from newsletter.models import Newsletter, SignupThrottle, Subscriber, main_newsletter
from newsletter.subscribing import mails
from newsletter.subscribing.subscriptions import wish

# What the forms say, and what is kept as proof of what was asked for.
CONSENT = "We will ask you to confirm by e-mail. You can leave with one click."
# Nobody can use our forms to fill somebody’s inbox.
BETWEEN_MAILS = timedelta(hours=1)


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
    return salted_hmac("newsletter.inbox", inbox).hexdigest()[:32]
