"""Feeds in templates: where they are, and the links by which a reader’s program finds them."""

from typing import Any

from django import template
from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.discovery.feeds import FORMS
from newsroom.pages import feeds

register = template.Library()


@register.simple_tag
def feed_address(form: str, subject: Model | None = None) -> str:
    return feeds.address_of(form, subject)


@register.simple_tag(takes_context=True)
def feed_links(context: dict[str, Any], site_name: str) -> SafeString:
    """The feeds of the publication, and of what the page is about if that has its own."""
    about = next((context[name] for name in feeds.SUBJECTS if context.get(name)), None)
    return format_html(
        "{}{}", _links(site_name, None), _links(f"{about} | {site_name}", about) if about else ""
    )


def _links(title: str, subject: Model | None) -> SafeString:
    link = '<link rel="alternate" type="{}" title="{}, {}" href="{}">\n'
    rows = [
        (form.content_type, title, form.label, feeds.address_of(name, subject))
        for name, form in FORMS.items()
    ]
    return format_html_join("", link, rows)
