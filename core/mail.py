"""A plain mail from a template, and what a refusal of the server means."""

import re
import smtplib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import formataddr, make_msgid, parseaddr
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from core import mailboxes, verp
from core.jobs import PermanentFailure

NO_SUCH_ADDRESS = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


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


def is_unknown(answer: str) -> bool:
    """Return whether a server says that there is no such address or domain, as RFC 3463 says it. A
    bare 550 may mean anything.
    """
    found = _ENHANCED.search(answer)
    return bool(found) and found[1] in NO_SUCH_ADDRESS  # type: ignore[index]


def is_about_box(answer: str, *, is_about_address: bool) -> bool:
    """x.2.x of RFC 3463, or a bare refusal of the address itself; not a rule (x.7.x), a limit or a
    fault on the way.
    """
    found = _ENHANCED.search(answer)
    return found[1][1:].startswith(".2.") if found else is_about_address


def publication_name() -> str:
    """As mails give it; asked for where no app that knows it may be imported."""
    return " ".join(render_to_string("mail/sender.txt").split())


def sender(name: str = "") -> str:
    """The publication’s name, or another, before the address that its mails come from."""
    name = name or publication_name()
    return formataddr((name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]), "utf-8")


def message_id() -> str:
    """Of our site, not of the machine that happens to send it."""
    return make_msgid(domain=urlsplit(settings.SITE_URL).hostname or "localhost")


def send_from(message: EmailMessage, from_: str) -> None:
    """Let readers see `from_`, and bounces come to where they are read, if there is such a place."""
    envelope = verp.address_for(message.to[0]) if message.to else ""
    message.from_email = envelope or from_
    if envelope:
        message.extra_headers["From"] = from_


class JobMail(EmailMessage):
    """A mail that a job sends to one person, with the publication’s name as its sender.

    `asked`: its reader has just asked for it. What is sent of our own accord goes to no mailbox
    that refused us or called us spam.
    """

    def __init__(self, *args: Any, asked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        send_from(self, sender())
        self.extra_headers.setdefault("Message-ID", message_id())

    def send(self, *args: Any, **options: Any) -> int:
        """Raises PermanentFailure where another try cannot help: the mailbox ended before, or ends
        now.
        """
        address = self.to[0]
        if not mailboxes.may_mail(address, asked=self.asked):
            raise PermanentFailure("Mail to this mailbox has ended: it refused us before.")
        try:
            with permanent_refusals():
                sent = super().send(*args, **options)
        except PermanentFailure as error:
            _note_refusal(address, error.__cause__)
            raise
        if not settings.BOUNCE_ADDRESS and not settings.MAIL_PROVIDER:
            # Elsewhere the first server takes everything, and says later what came of it.
            mailboxes.note_accepted(address)
        return sent


def _note_refusal(address: str, error: BaseException | None) -> None:
    """Only what says something of the mailbox: a rule against us says nothing of it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        answer = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
        if is_unknown(answer):
            mailboxes.note_hard(address)
        elif is_about_box(answer, is_about_address=True):
            mailboxes.note_soft(address)


def plain(
    to: str,
    subject: str,
    template: str,
    context: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    *,
    asked: bool = False,
) -> JobMail:
    """A mail to one person, ready to be sent. A subject of several lines, such as a typed title,
    becomes one. `asked`: its reader has just asked for it.
    """
    return JobMail(
        subject=" ".join(subject.split()),
        body=render_to_string(template, dict(context)),
        to=[to],
        headers=dict(headers or {}),
        asked=asked,
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
