"""Mails about subscriptions: to confirm, welcome, preferences, a new address."""

from django_tasks import task

from core import mail, strangers
from newsletter.models import Subscriber, Subscription
from newsletter.subscribing import signed_links

# Why nothing is sent, as its reader would say it.
PAUSED: dict[str, str] = {
    Subscriber.Suppression.BOUNCED: "its mail server said that it does not exist",
    Subscriber.Suppression.FULL: "it refused several newsletters in a row",
}


@task()
def mail_answer(subscriber_id: int) -> None:
    """To whoever owns the address that a form was sent with: a link to confirm, or to what they
    have.
    """
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    if subscriber and not strangers.waits(mail_answer, subscriber.email, subscriber_id):
        _mail_answer(subscriber)


@task()
def mail_link(subscriber_id: int) -> None:
    """To a reader who asked for the way to their newsletters, whatever else somebody asked for with
    their address.
    """
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    if subscriber and strangers.waits(mail_link, subscriber.email, subscriber_id):
        return
    if subscriber and subscriber.is_confirmed:
        _mail_preferences(subscriber)
    elif subscriber:
        _mail_answer(subscriber)


def _mail_answer(subscriber: Subscriber) -> None:
    asked = list(
        subscriber.subscriptions.filter(status=Subscription.Status.PENDING)
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
        "is_paused": bool(subscriber.suppressed_because),
        "why_paused": PAUSED.get(subscriber.suppressed_because, ""),
        "preferences": signed_links.link(signed_links.PREFERENCES, subscriber),
    }
    mail.plain(
        subscriber.email,
        "Your newsletters",
        "newsletter/mail/known.txt",
        context,
        mail.AUTOMATIC,
        asked=True,
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
        subscriber.email,
        "Confirm your newsletter",
        "newsletter/mail/confirm.txt",
        context,
        headers,
        asked=True,
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
        subscriber.email,
        "You are on the list",
        "newsletter/mail/welcome.txt",
        context,
        headers,
        asked=True,
    ).send()


@task()
def mail_address(subscriber_id: int, newcomer_id: int) -> None:
    found = Subscriber.objects.in_bulk([subscriber_id, newcomer_id])
    if len(found) < 2:
        return
    subscriber, newcomer = found[subscriber_id], found[newcomer_id]
    if strangers.waits(mail_address, newcomer.email, subscriber_id, newcomer_id):
        return
    context = {"confirm": signed_links.link(signed_links.ADDRESS, subscriber, newcomer.key)}
    subject, template = "Confirm your new address", "newsletter/mail/address.txt"
    mail.plain(newcomer.email, subject, template, context, mail.AUTOMATIC, asked=True).send()


@task()
def mail_changed(former: str, subscriber_id: int) -> None:
    """To the address that gets no newsletters any more: whoever reads it should know, and can take
    them back.
    """
    subscriber = Subscriber.objects.filter(pk=subscriber_id).first()
    back = signed_links.link(signed_links.BACK, subscriber, former) if subscriber else ""
    mail.plain(
        former,
        "Your newsletter address was changed",
        "newsletter/mail/changed.txt",
        {"back": back},
        mail.AUTOMATIC,
        asked=True,
    ).send()


@task()
def mail_left(subscriber_id: int, newsletters: list[int]) -> None:
    """To the inbox of whoever left by a link: a newsletter that was forwarded has it too."""
    had = Subscription.objects.filter(
        subscriber=subscriber_id,
        newsletter__in=newsletters,
        status=Subscription.Status.UNSUBSCRIBED,
    )
    found = list(had.select_related("newsletter", "subscriber").order_by("newsletter"))
    if not found or not found[0].subscriber.is_confirmed:
        return
    subscriber = found[0].subscriber
    context = {
        "newsletters": [each.newsletter for each in found],
        "preferences": signed_links.link(signed_links.PREFERENCES, subscriber),
    }
    mail.plain(
        subscriber.email,
        "You have unsubscribed",
        "newsletter/mail/left.txt",
        context,
        mail.AUTOMATIC,
        asked=True,
    ).send()
