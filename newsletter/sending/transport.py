"""Gives one mail to the mail server or provider, and says what came of it."""

import re
import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, cast

from anymail.exceptions import AnymailAPIError, AnymailError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from newsletter.sending.smtp import CalledOff, PausingBackend

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
NO_SUCH_ADDRESS = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")
BUSY = 421  # the server closes: it is about all mails, not about this one
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"<?[^\s<>\"]+@[^\s<>\"]+>?")


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
class Trouble:
    """It was not about this mail: the server is away, hangs, is busy, or does not take us."""

    answer: str
    # Whether the mail may have been taken: it was all there, and no answer came.
    is_unsure: bool = False
    # Whether it came while the server was told of this recipient: it may have to do with that one.
    is_at_recipient: bool = False


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

    def hand_over(
        self, message: EmailMessage, mark: Callable[[], bool], about_to_send: Callable[[], None]
    ) -> Outcome:
        """`mark` is called once, as late as can be, and says whether the mail may be sent; then
        `about_to_send`.
        """
        marked = _Marked(mark)
        try:
            recipient, content = _on_envelope(message.to[0]), _bytes_of(message)
        except (
            Exception
        ) as error:  # An address that no mail can carry; the library has several words for it.
            return Refused(_text(str(error)), is_for_good=True)
        try:
            if isinstance(self.backend, PausingBackend):
                connection = self._opened()
                connection.may_finish, connection.about_to_finish = marked, about_to_send
                connection.sendmail(parseaddr(message.from_email)[1], [recipient], content)
                return Accepted()
            return self._by_provider(message, marked, about_to_send)
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
            return self._trouble(
                _text(str(error) or type(error).__name__), is_unsure=marked.is_marked
            )

    def _opened(self) -> Any:
        if self.backend.connection is None:
            self.backend.open()
        self.backend.connection.is_at_recipient = False
        return self.backend.connection

    def _by_provider(
        self, message: EmailMessage, marked: "_Marked", about_to_send: Callable[[], None]
    ) -> Outcome:
        if not marked():
            return None
        about_to_send()
        try:
            self.backend.send_messages([message])
        except AnymailAPIError as error:
            return self._of_interface(error)
        except AnymailError as error:  # It takes no recipient, or no mail, like this.
            return Refused(_text(str(error)), is_for_good=True)
        status = getattr(message, "anymail_status", None)  # None of a backend that is no provider’s
        said = getattr(status, "status", None) or {"sent"}
        if not said & {"sent", "queued"}:
            return Trouble(
                f"The provider says: {', '.join(sorted(map(str, said)))}.", is_unsure=True
            )
        return Accepted(provider_id=str(getattr(status, "message_id", "") or "")[:120])

    def _of_interface(self, error: AnymailAPIError) -> Outcome:
        answer, code = _text(str(error)), error.status_code
        if code is None:
            return Trouble(answer, is_unsure=not any(name in str(error) for name in _NOT_REACHED))
        if code in ABOUT_US:
            return Trouble(answer)
        # A gateway’s 5xx says nothing of what stands behind it.
        return Trouble(answer, is_unsure=True) if code >= 500 else Refused(answer, is_for_good=True)

    def _refused(self, code: int, text: bytes | str, is_about_address: bool = False) -> Outcome:
        answer = f"{code} {_text(text)}"
        if code == BUSY:
            return Trouble(self._trouble(answer).answer)
        return Refused(
            answer,
            is_for_good=code >= 500,
            is_no_such_address=code >= 500 and _is_unknown(answer),
            is_about_box=_is_about_box(answer, is_about_address),
        )

    def _trouble(self, answer: str, is_unsure: bool = False) -> Trouble:
        is_at_recipient = getattr(
            getattr(self.backend, "connection", None), "is_at_recipient", False
        )
        self._drop()
        return Trouble(answer[:200], is_unsure, is_at_recipient)

    def _drop(self) -> None:
        """The next mail gets a new connection. No farewell: a server that hangs would not answer
        it.
        """
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


def _is_unknown(answer: str) -> bool:
    """Return whether there is no such address or domain, as RFC 3463 says it. A bare 550 may mean
    anything.
    """
    found = _ENHANCED.search(answer)
    return bool(found) and found[1] in NO_SUCH_ADDRESS  # type: ignore[index]


def _is_about_box(answer: str, is_about_address: bool) -> bool:
    """x.2.x of RFC 3463, or a bare refusal of the address itself; not a rule (x.7.x), a limit or a
    fault on the way.
    """
    found = _ENHANCED.search(answer)
    return found[1][1:].startswith(".2.") if found else is_about_address


def _text(answer: bytes | str) -> str:
    """Without addresses: answers often repeat them."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(_ADDRESS.sub("<address>", text).split())[:190]
