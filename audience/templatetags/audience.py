"""The audience in templates: the signed name of a page, the list of what is most read."""

from typing import Any

from django import template
from django.conf import settings

from articles.models import Article
from audience import most_read, page_address
from audience.choices import Period
from audience.outside_analytics import OutsideAnalytics

register = template.Library()


@register.simple_tag(takes_context=True)
def counted_page(context: dict[str, Any]) -> str:
    """The signed name of this page; “” for one that is not counted."""
    page = page_address.of_template(context)
    return page_address.sign(page) if page else ""


@register.simple_tag(takes_context=True)
def outside_analytics(context: dict[str, Any]) -> OutsideAnalytics | None:
    """The service outside that may count this page, once its reader agrees; None on pages that we do
    not count either.
    """
    if settings.OUTSIDE_ANALYTICS is None or not page_address.of_template(context):
        return None
    service: OutsideAnalytics = settings.OUTSIDE_ANALYTICS
    return service


@register.simple_tag
def most_read_stories(number: int = 5) -> list[Article]:
    """Of the last 24 hours; of the week, where a day has too few."""
    found = most_read.stories(Period.DAY.value, number)
    return found if len(found) >= number else most_read.stories(Period.WEEK.value, number)
