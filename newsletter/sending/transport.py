"""Gives one mail to the mail server or provider, and says what came of it."""

import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from core import mail

# Answers of a provider’s interface that are about us, not about the mail: our key, too much, not
# now.
ABOUT_US = (401, 402, 403, 404, 405, 407, 408, 429, 503)
# Nothing left: there was nobody to give it to.
_NOT_REACHED = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "SSLCertVerificationError",
)
DONE = 250
BUSY = 421  # the server closes: it is about all mails, not about this one
_ADDRESS = re.compile(r"<?[^\s<>\"@]{1,64}@[^\s<>\"]{1,255}>?")


@dataclass(frozen=True)
class Accepted:
    provider_id: str = ""


@dataclass(frozen=True)
class Refused:
    """By the server, about this mail: for good, or for now."""

    answer: str
    is_for_good: bool
    is_no_such_address: bool = False
    # Its box is full, or busy: it says something of the address, as a rule against us does not.
    is_about_box: bool = False


@dataclass(frozen=True)
class TransportError:
    """It was not about this mail: the server is away, hangs, is busy, or does not take us."""

    answer: str
    # Whether the mail may have been taken: it was being sent, and no answer came.
    is_unsure: bool = False


Outcome = Accepted | Refused | TransportError | None  # None: called off before it was sent


class Transport:
    """The mail server or provider of the settings, by a connection that is kept for many mails."""

    def __init__(self) -> None:
        self._backend: Any = get_connection()

    def close(self) -> None:
        with suppress(Exception):  # Whatever was to be sent was sent.
            self._backend.close()

    def hand_over(self, message: EmailMessage, mark: Callable[[], bool]) -> Outcome:
        """Send one mail. `mark` is called right before that, and says whether it may be sent."""
        try:
            _check_address(message.to[0])
        except Exception as error:  # The library has several words for an impossible address.
            return Refused(_text(str(error)), is_for_good=True)
        try:
            self._open()
        except (smtplib.SMTPException, OSError) as error:
            return self._error(error)
        if not mark():
            return None
        try:
            self._backend.send_messages([message])
        except AnymailAPIError as error:
            return _of_interface(error)
        except (AnymailError, ValueError) as error:  # It takes no recipient, or no mail, like this.
            return Refused(_text(str(error)), is_for_good=True)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return self._refused(code, text, is_about_address=True)
        except smtplib.SMTPDataError as error:
            return self._refused(error.smtp_code, error.smtp_error)
        except smtplib.SMTPResponseException as error:  # It does not take us, or our sender.
            return self._error(error)
        except (smtplib.SMTPException, OSError) as error:
            return self._error(error, is_unsure=True)
        return _status_of(message)

    def _open(self) -> None:
        """A connection that is alive, and waits for a mail. Raises SMTPException or OSError."""
        if isinstance(self._backend, EmailBackend) and self._backend.connection:
            try:
                code, _ = self._backend.connection.rset()
            except (smtplib.SMTPException, OSError):
                code = BUSY
            if code != DONE:
                self._drop()
        self._backend.open()

    def _drop(self) -> None:
        """No farewell: a server that hangs would not answer it."""
        connection = getattr(self._backend, "connection", None)
        if connection is not None:
            connection.close()
        self._backend = get_connection()

    def _refused(self, code: int, text: bytes | str, is_about_address: bool = False) -> Outcome:
        answer = f"{code} {_text(text)}"
        if code == BUSY:
            self._drop()
            return TransportError(answer)
        return Refused(
            answer,
            is_for_good=code >= 500,
            is_no_such_address=code >= 500 and mail.is_unknown(answer),
            is_about_box=mail.is_about_box(answer, is_about_address=is_about_address),
        )

    def _error(self, error: Exception, is_unsure: bool = False) -> TransportError:
        self._drop()
        if isinstance(error, smtplib.SMTPResponseException):
            return TransportError(f"{error.smtp_code} {_text(error.smtp_error)}")
        return TransportError(_text(str(error) or type(error).__name__), is_unsure)


def _check_address(address: str) -> None:
    """Raise for an address that SMTP cannot write: letters of other alphabets may stand in the
    domain alone.
    """
    name, _, domain = address.rpartition("@")
    if not (name and domain):
        raise ValueError("This is no e-mail address.")
    if not name.isascii():
        raise ValueError("The name before the @ has letters that few servers know.")
    sanitize_address(address, "utf-8")


def _status_of(message: EmailMessage) -> Outcome:
    """Return what a provider said of a mail; a server said that it has it."""
    status = getattr(message, "anymail_status", None)
    said = getattr(status, "status", None) or {"sent"}
    if not said & {"sent", "queued"}:
        return TransportError(
            f"The provider says: {', '.join(sorted(map(str, said)))}.", is_unsure=True
        )
    return Accepted(provider_id=str(getattr(status, "message_id", "") or "")[:120])


def _of_interface(error: AnymailAPIError) -> Outcome:
    answer, code = _text(str(error)), error.status_code
    if code is None:
        return TransportError(
            answer, is_unsure=not any(name in str(error) for name in _NOT_REACHED)
        )
    if code in ABOUT_US:
        return TransportError(answer)
    # A gateway’s 5xx says nothing of what stands behind it.
    return (
        TransportError(answer, is_unsure=True) if code >= 500 else Refused(answer, is_for_good=True)
    )


def _text(answer: bytes | str) -> str:
    """Without addresses: answers often repeat them."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(_ADDRESS.sub("<address>", text).split())[:190]
