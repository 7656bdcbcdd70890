"""The letter in templates."""

from django import template

from newsletter import subscriptions
from newsletter.models import Subscription

register = template.Library()


@register.simple_tag
def consent() -> str:
    """The words that a subscriber agreed to: printed by the form, kept with the subscription."""
    return subscriptions.CONSENT


@register.simple_tag
def link_hours() -> str:
    return f"{subscriptions.LINK_LIFETIME.total_seconds() / 3600:g}"


@register.simple_tag
def letter_subscribers() -> int:
    """Who confirmed and has not left."""
    return Subscription.objects.filter(status=Subscription.Status.CONFIRMED).count()
