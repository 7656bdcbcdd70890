"""An issue as a mail to one recipient, and as a test to the desk."""

from typing import cast

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django_tasks import task

from core import mail
from newsletter.composing import rendering
from newsletter.models import Delivery, Issue, Subscription


def compose(
    issue: Issue, delivery: Delivery, variants: dict[bool, rendering.Rendered], from_: str
) -> EmailMultiAlternatives:
    """The mail of one recipient. Django refuses header fields of several lines."""
    subscription = cast(Subscription, delivery.subscription)  # Rows without one are not claimed.
    rendered = variants[subscription.subscriber.counts_clicks]
    html, text = rendered.fill(delivery.pk, subscription)
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=text,
        from_email=from_,
        to=[subscription.subscriber.email],
        headers=rendering.headers(issue, delivery.pk, subscription),
    )
    mail.send_from(message, from_)
    message.reply_to = [issue.newsletter.reply_to] if issue.newsletter.reply_to else []
    message.attach_alternative(html, "text/html")
    return message


def test_later(issue: Issue, addresses: list[str]) -> None:
    """Mail it as it is now to the desk. Nothing in it leaves, chooses or counts."""
    transaction.on_commit(lambda: send_test.enqueue(issue.pk, addresses))


@task()
def send_test(issue_id: int, addresses: list[str]) -> None:
    issue = Issue.objects.select_related("newsletter", "creative").get(pk=issue_id)
    rendered = rendering.preview(issue)
    for address in addresses:
        html, text = rendered.sample(address)
        message = EmailMultiAlternatives(
            f"[Test] {rendered.subject}", text, mail.sender(issue.newsletter.sender_name), [address]
        )
        message.attach_alternative(html, "text/html")
        message.send()
