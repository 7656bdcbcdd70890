"""
SMTP with a pause before the last bytes of a mail.

A mail is the server’s from the line with a single dot on; before that it is nobody’s, and a
connection that breaks leaves nothing behind. So a row is marked right before that line is sent:
whoever is killed later cannot have the mail sent twice, and whoever is killed earlier has not sent
it.
"""

import re
import smtplib
import socket
from collections.abc import Callable, Sequence
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

_DOT_AT_START = re.compile(rb"(?m)^\.")
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")


class CalledOff(Exception):
    """The mail is not to be sent after all."""


class _Pausing(smtplib.SMTP):
    """Asks `may_finish` before the last line. It returns whether the mail may be sent."""

    may_finish: Callable[[], bool] | None = None
    about_to_finish: Callable[[], None] = staticmethod(lambda: None)
    # Whether this mail has got as far as its recipient.
    is_at_recipient = False

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        self.is_at_recipient = True
        return super().rcpt(recip, options)

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.putcmd("data")
        code, answer = self.getreply()
        if code != 354:
            return (
                code,
                answer,
            )  # `sendmail` ends this mail in the server’s eyes, and raises SMTPDataError.
        text = msg.encode("ascii") if isinstance(msg, str) else msg
        text = _DOT_AT_START.sub(b"..", _LINE_ENDS.sub(b"\r\n", text))
        self.send(text if text.endswith(b"\r\n") else text + b"\r\n")
        if self.may_finish is not None and not self.may_finish():
            self.close()
            raise CalledOff
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        # Nothing may come between these two.
        self.about_to_finish()
        self.sock.sendall(b".\r\n")
        return self.getreply()


class PausingSMTP(_Pausing):
    pass


class PausingSMTPS(_Pausing, smtplib.SMTP_SSL):
    pass


class PausingBackend(EmailBackend):
    """Django’s, with all its settings."""

    def open(self) -> bool | None:
        opened = super().open()
        if opened and self.connection and self.connection.sock:
            # The last line is a packet of its own: held back for the answer to the one before, it
            # costs 40 ms a mail.
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return PausingSMTPS if self.use_ssl else PausingSMTP
