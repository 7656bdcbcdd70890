"""A plain mail from a template."""

from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string


def plain(
    to: str,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """A mail to one person, ready to be sent. A subject of several lines, such as a typed title,
    becomes one.
    """
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string(template, dict(context)),
        to=[to],
        headers=dict(headers or {}),
    )


# Nobody’s absence note answers it: RFC 3834.
AUTOMATIC = {"Auto-Submitted": "auto-generated"}


def one_click(address: str) -> dict[str, str]:
    """Leaving by one POST of the mail program, without a cookie: RFC 2369 and RFC 8058."""
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
