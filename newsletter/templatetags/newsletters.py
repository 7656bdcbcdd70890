"""The newsletter in templates."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from articles.models import Section
from newsletter.archive import published_issues
from newsletter.composing import texts
from newsletter.models import Issue, Newsletter, Subscription
from newsletter.subscribing import signed_links, signing_up
from pagecache import add_tags, table_tag
from pagecache.cached import cached_by_tags
from ticker.models import Coin

register = template.Library()


@register.simple_tag
def consent() -> str:
    """The words that a subscriber agreed to: printed by the form, kept with the subscription."""
    return signing_up.CONSENT


@register.filter
def issue_text(html: str) -> SafeString:
    """An editor’s text of an issue, as the archive shows it: sanitised when it was saved."""
    return mark_safe(texts.for_page(html))


@register.simple_tag
def link_hours() -> str:
    return f"{signed_links.LIFETIMES[signed_links.CONFIRM] / 3600:g}"


@register.simple_tag
def newsletters_offered() -> list[Newsletter]:
    return _offered()


@cached_by_tags(table_tag(Newsletter))
def _offered() -> list[Newsletter]:
    add_tags(table_tag(Newsletter))
    return list(Newsletter.objects.offered())


@register.simple_tag
def newsletter_subscribers() -> int:
    """Return how many would get the newsletter that advertisers book a place in."""
    return Subscription.objects.to_be_sent().filter(newsletter__carries_placement=True).count()


@register.simple_tag
def newsletter_about(subject: Section | Coin) -> Newsletter | None:
    """The newsletter about a section or a coin, if readers are offered one."""
    kind = "section_id" if isinstance(subject, Section) else "coin_id"
    return next(
        (newsletter for newsletter in _offered() if getattr(newsletter, kind) == subject.pk), None
    )


@register.simple_tag
def main_newsletter_slug() -> str:
    offered = _offered()
    return offered[0].slug if offered else ""


@register.simple_tag
def latest_issues() -> list[Issue]:
    """The newest issues, to be read before anybody signs up."""
    return published_issues.newest()
