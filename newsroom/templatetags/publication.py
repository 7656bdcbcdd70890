"""The publication in templates: its name and texts, its address, its menu of pages."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from core.addresses import absolute
from newsroom import publication as identity
from newsroom import stylesheets
from newsroom.models import Publication

register = template.Library()


@register.simple_tag(takes_context=True)
def publication(context: dict[str, Any]) -> Publication:
    """{% publication as site %}: asked of the database once a page."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return identity.publication()
    asked: dict[str, Any] = request.__dict__
    if "publication" not in asked:
        asked["publication"] = identity.publication()
    found: Publication = asked["publication"]
    return found


register.simple_tag(absolute)


@register.simple_tag
def stylesheet(name: str) -> SafeString:
    """One link in production, one for each part in development."""
    # Addresses of our own static files.
    return mark_safe(
        "".join(f'<link rel="stylesheet" href="{url}">' for url in stylesheets.urls(name))
    )
