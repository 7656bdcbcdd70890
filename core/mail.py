"""A plain mail from a template, and what a refusal of the server means."""

import smtplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from anymail.exceptions import AnymailRecipientsRefused
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from core.jobs import PermanentFailure


@contextmanager
def permanent_refusals() -> Iterator[None]:
    """Tell refusals for good (5xx, RFC 5321, section 4.2.1) from those that may pass. Raises
    PermanentFailure.
    """
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        if all(code >= 500 for code, _ in error.recipients.values()):
            raise PermanentFailure(str(error)) from error
        raise
    except smtplib.SMTPAuthenticationError:
        raise  # Somebody will mend the password.
    except smtplib.SMTPResponseException as error:
        if error.smtp_code >= 500:
            raise PermanentFailure(str(error)) from error
        raise
    except AnymailRecipientsRefused as error:
        raise PermanentFailure(str(error)) from error


class JobMail(EmailMessage):
    """A mail that a job sends."""

    def send(self, *args: Any, **options: Any) -> int:
        """Raises PermanentFailure where another try cannot help."""
        with permanent_refusals():
            return super().send(*args, **options)


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
    return JobMail(
        subject=" ".join(subject.split()),
        body=render_to_string(template, dict(context)),
        to=[to],
        headers=dict(headers or {}),
    )


def is_mailbox(address: str) -> bool:
    """Accounts without an address have one that says so; people who were erased have none."""
    return "@" in address and not address.lower().endswith(".invalid")


# Nobody’s absence note answers it: RFC 3834.
AUTOMATIC = {"Auto-Submitted": "auto-generated"}


def one_click(address: str) -> dict[str, str]:
    """Leaving by one POST of the mail program, without a cookie: RFC 2369 and RFC 8058."""
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
