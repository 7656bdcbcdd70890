"""The letter in templates."""

from django import template

from articles.models import Section
from newsletter.archive import published_issues
from newsletter.models import Issue, Letter, Subscription
from newsletter.subscribing import subscriptions
from pagecache import record, whole
from pagecache.cached import shared
from ticker.models import Coin

register = template.Library()


@register.simple_tag
def consent() -> str:
    """The words that a subscriber agreed to: printed by the form, kept with the subscription."""
    return subscriptions.CONSENT


@register.simple_tag
def link_hours() -> str:
    return f"{subscriptions.LINK_LIFETIME.total_seconds() / 3600:g}"


@register.simple_tag
def letters_offered() -> list[Letter]:
    return _offered()


@shared(whole(Letter))
def _offered() -> list[Letter]:
    record(whole(Letter))
    return list(Letter.objects.offered())


@register.simple_tag
def letter_subscribers() -> int:
    """Who would get the letter that advertisers book a place in."""
    return Subscription.objects.to_be_sent().filter(letter__carries_placement=True).count()


@register.simple_tag
def letter_about(subject: Section | Coin) -> Letter | None:
    """The letter about a section or a coin, if readers are offered one."""
    kind = "section_id" if isinstance(subject, Section) else "coin_id"
    return next((letter for letter in _offered() if getattr(letter, kind) == subject.pk), None)


@register.simple_tag
def main_letter_slug() -> str:
    offered = _offered()
    return offered[0].slug if offered else ""


@register.simple_tag
def latest_issues() -> list[Issue]:
    """The newest issues, to be read before anybody signs up."""
    return published_issues.newest()
