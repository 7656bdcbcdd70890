"""Gives one mail to the mail server or provider, and says what came of it."""

import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, cast

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from newsletter.smtp import CalledOff, PausingBackend

BUSY = 421  # the server closes: it is about all mails, not about this one
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"<?[^\s<>\"]+@[^\s<>\"]+>?")


@dataclass(frozen=True)
class Accepted:
    provider_id: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Refused:
    """By the server, about this mail: for good, or for now."""

    answer: str
    is_for_good: bool
    is_no_such_address: bool = False


@dataclass(frozen=True)
class Trouble:
    """It was not about this mail: the server is away, hangs, is busy, or does not take us."""

    answer: str
    # Whether the mail may have been taken: it was all there, and no answer came.
    is_unsure: bool = False


Outcome = Accepted | Refused | Trouble | None  # None: called off before it was sent


class Post:
    """A connection that is kept for many mails."""

    def __init__(self) -> None:
        backend = get_connection()
        # Settings may name Django’s own, or a provider’s.
        self.backend: Any = PausingBackend() if type(backend) is EmailBackend else backend

    def close(self) -> None:
        with suppress(Exception):  # Whatever was to be sent was sent.
            self.backend.close()

    def hand_over(self, message: EmailMessage, mark: Callable[[], bool]) -> Outcome:
        """`mark` is called once, as late as can be, and says whether the mail may be sent."""
        marked = _Marked(mark)
        try:
            recipient, content = _on_envelope(message.to[0]), _bytes_of(message)
        except Exception as error:  # An address that no mail can carry; the library has several words for it.
            return Refused(_text(str(error)), is_for_good=True)
        try:
            if isinstance(self.backend, PausingBackend):
                return self._by_smtp(parseaddr(message.from_email)[1], recipient, content, marked)
            return self._by_provider(message, marked)
        except CalledOff:
            self._drop()
            return None
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return self._refused(code, text, is_about_address=True)
        except smtplib.SMTPSenderRefused as error:
            return self._trouble(f"{error.smtp_code} {_text(error.smtp_error)}")
        except smtplib.SMTPDataError as error:
            return self._refused(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            return self._trouble(_text(str(error) or type(error).__name__), is_unsure=marked.is_marked)

    def _by_smtp(self, sender: str, recipient: str, content: bytes, marked: "_Marked") -> Outcome:
        if self.backend.connection is None:
            self.backend.open()
        connection = self.backend.connection
        connection.may_finish = marked
        connection.sendmail(sender, [recipient], content)
        return Accepted()

    def _by_provider(self, message: EmailMessage, marked: "_Marked") -> Outcome:
        if not marked():
            return None
        try:
            self.backend.send_messages([message])
        except AnymailRecipientsRefused as error:
            return Refused(_text(str(error)), is_for_good=True)
        except AnymailAPIError as error:
            # With a status the provider has said that it did not take it; without one nobody knows.
            return Trouble(_text(str(error)), is_unsure=error.status_code is None)
        status = getattr(message, "anymail_status", None)
        return Accepted(provider_id=str(getattr(status, "message_id", "") or "")[:120])

    def _refused(self, code: int, text: bytes | str, is_about_address: bool = False) -> Outcome:
        answer = f"{code} {_text(text)}"
        if code == BUSY:
            return self._trouble(answer)
        return Refused(answer, code >= 500, is_no_such_address=code >= 500 and _is_unknown(answer, is_about_address))

    def _trouble(self, answer: str, is_unsure: bool = False) -> Trouble:
        self._drop()
        return Trouble(answer[:200], is_unsure)

    def _drop(self) -> None:
        """The next mail gets a new connection. No farewell: a server that hangs would not answer it."""
        connection = getattr(self.backend, "connection", None)
        if isinstance(self.backend, PausingBackend) and connection is not None:
            connection.close()
            self.backend.connection = None


def _on_envelope(address: str) -> str:
    """As SMTP writes it: letters of other alphabets in the domain alone. Raises ValueError."""
    name, _, domain = address.rpartition("@")
    if not (name and domain):
        raise ValueError("This is no e-mail address.")
    if not name.isascii():
        raise ValueError("The name before the @ has letters that few servers know.")
    return sanitize_address(address, "utf-8")


def _bytes_of(message: EmailMessage) -> bytes:
    return cast(bytes, cast(Any, message.message()).as_bytes(linesep="\r\n"))


class _Marked:
    """Calls `mark` once, and remembers that it may have been sent from then on."""

    def __init__(self, mark: Callable[[], bool]) -> None:
        self._mark = mark
        self.is_marked = False

    def __call__(self) -> bool:
        self.is_marked = self._mark()
        return self.is_marked


def _is_unknown(answer: str, is_about_address: bool) -> bool:
    """Whether there is no such address: 5.1.x of RFC 3463, or a bare 550 to the address itself."""
    if found := _ENHANCED.search(answer):
        return found[1].startswith("5.1.")
    return is_about_address and answer.startswith(("550", "551", "553"))


def _text(answer: bytes | str) -> str:
    """Without addresses: answers often repeat them."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(_ADDRESS.sub("<address>", text).split())[:190]
