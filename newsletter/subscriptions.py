"""Ask, confirm, leave: the three things that happen to a subscription."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from newsletter.models import Subscription

# What the form says, and what is kept as proof of what was asked for.
CONSENT = "We will ask you to confirm by e-mail. You can leave with one click."
LINK_LIFETIME = timedelta(hours=48)
UNCONFIRMED_LIFETIME = timedelta(days=7)
# Nobody can use our form to fill somebody’s inbox.
BETWEEN_MAILS = timedelta(hours=1)

Status = Subscription.Status


def ask(email: str, source: str) -> None:
    """Mail a link to confirm. Says nothing about whether the address is known: the page is the same."""
    now = timezone.now()
    with transaction.atomic():
        subscription, _ = Subscription.objects.get_or_create(
            email=email.lower(),
            defaults={
                "key": secrets.token_urlsafe(32),
                "source": source,
                "consent_text": CONSENT,
                "asked_at": now,
            },
        )
        quiet = Q(mailed_at=None) | Q(mailed_at__lt=now - BETWEEN_MAILS)
        may_mail = Subscription.objects.filter(quiet, pk=subscription.pk).exclude(status=Status.CONFIRMED)
        if may_mail.update(mailed_at=now, asked_at=now, source=source, consent_text=CONSENT, status=Status.PENDING):
            transaction.on_commit(lambda: mail_link.enqueue(subscription.pk))


def confirm(key: str) -> Subscription | None:
    """Confirm once; again changes nothing. None when there is no such link, or it is too old."""
    now = timezone.now()
    Subscription.objects.filter(key=key, status=Status.PENDING, asked_at__gte=now - LINK_LIFETIME).update(
        status=Status.CONFIRMED, confirmed_at=now, left_at=None
    )
    return Subscription.objects.filter(key=key, status=Status.CONFIRMED).first()


def leave(key: str) -> bool:
    """Stop the letter. True also when it had stopped already."""
    Subscription.objects.filter(key=key).exclude(status=Status.LEFT).update(status=Status.LEFT, left_at=timezone.now())
    return Subscription.objects.filter(key=key).exists()


@task()
def mail_link(subscription_id: int) -> None:
    subscription = Subscription.objects.filter(pk=subscription_id, status=Status.PENDING).first()
    if subscription is None:
        return
    leave_url = settings.SITE_URL + reverse("newsletter-leave", args=[subscription.key])
    context = {
        "confirm": settings.SITE_URL + reverse("newsletter-confirm", args=[subscription.key]),
        "leave": leave_url,
    }
    EmailMessage(
        subject="Confirm your letter",
        body=render_to_string("newsletter/mail/confirm.txt", context),
        to=[subscription.email],
        headers={
            "List-Unsubscribe": f"<{leave_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    ).send()


@task()
def forget_unconfirmed() -> int:
    """No address is kept for those who never confirm."""
    old = timezone.now() - UNCONFIRMED_LIFETIME
    return Subscription.objects.filter(status=Status.PENDING, asked_at__lt=old).delete()[0]
