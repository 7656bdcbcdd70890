"""A real mail server on this machine that takes, refuses, hangs and breaks off as told."""

import contextlib
import email
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from ..journeys.conftest import free_port

logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass
class Sink:
    """A mail server: what it took, and how it is to answer. It speaks real SMTP, on a port of this
    machine.
    """

    port: int = 0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    # Asked for the sender, for each recipient, and for each mail: an answer to give in place of
    # 250, or nothing.
    at_sender: Callable[[str], str | None] = lambda address: None
    at_recipient: Callable[[str], str | None] = lambda address: None
    at_mail: Callable[[str], str | None] = lambda address: None
    # In place of asking for the mail; the server goes on waiting for it.
    at_data: Callable[[str], str | None] = lambda address: None
    # Called when a mail is whole, before anything is answered.
    meanwhile: Callable[[str], None] = lambda address: None
    hangs_up_at: Callable[[str], bool] = lambda address: False
    breaks_off: Callable[[str], bool] = lambda address: False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if answer := self.at_sender(address):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.hangs_up_at(address):
            server.transport.abort()
            return "421 Gone"
        if answer := self.at_recipient(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        self.meanwhile(address)
        if answer := self.at_mail(address):
            return answer
        with self._lock:
            self.taken.append((address, envelope.content))
        if self.breaks_off(address):
            server.transport.abort()
        return "250 Taken"

    @property
    def addresses(self) -> Counter[str]:
        return Counter(address for address, _ in self.taken)

    def mails(self) -> list[EmailMessage]:
        return [
            email.message_from_bytes(content, policy=policy.default) for _, content in self.taken
        ]

    def mail_to(self, address: str) -> EmailMessage:
        found = [mail for mail in self.mails() if mail["To"] == address]
        assert len(found) == 1, (address, len(found))
        return found[0]


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        recipients = self.envelope.rcpt_tos if self.envelope else []
        if recipients and (answer := self.event_handler.at_data(recipients[0])):
            await self.push(answer)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(
            self.handler, enable_SMTPUTF8=True, decode_data=False, data_size_limit=1_000_000
        )


@contextlib.contextmanager
def running_sink() -> Iterator[Sink]:
    sink = Sink(free_port())
    controller = _Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


if __name__ == "__main__":
    # For benchmarks: takes whatever comes, and keeps nothing of it.
    import sys
    import time

    class Nothing(list):  # type: ignore[type-arg]
        def append(self, item: object) -> None:
            pass

    lonely = Sink(int(sys.argv[1]), taken=Nothing())
    _Controller(lonely, hostname="127.0.0.1", port=lonely.port).start()
    while True:
        time.sleep(60)
