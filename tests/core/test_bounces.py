"""Bounces that come back as mails: read over a real connection, and believed only if signed."""

import socketserver
import threading

import pytest
from django.core import mail as outbox

from core import bounces, mail, verp
from core.models import Mailbox

pytestmark = pytest.mark.django_db
ADDRESS = "odo@readers.example"
BASE = "bounces@news.example"


@pytest.fixture(autouse=True)
def has_address(settings):
    settings.BOUNCE_ADDRESS = BASE


def status(code: str, diagnostic: str = "", action: str = "failed", to: str = "") -> bytes:
    """A bounce as mail servers write it."""
    head = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to or verp.address_for(ADDRESS)}\r\n"
        "Subject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; someone@else.example\r\nAction: {action}\r\nStatus: {code}\r\n"
        f"Diagnostic-Code: smtp; {diagnostic}\r\n\r\n--b--\r\n"
    )
    return head.encode()


def complaint() -> bytes:
    return (
        f"From: fbl@provider.example\r\nTo: {BASE}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Return-Path: <{verp.address_for(ADDRESS)}>\r\nSubject: Hello\r\n\r\nHm.\r\n--b--\r\n"
    ).encode()


def test_each_mail_leaves_with_an_envelope_of_its_own():
    mail.plain(ADDRESS, "Hello", "mail/sender.txt", {}).send()
    sent = outbox.outbox[0]
    assert sent.from_email.startswith("bounces+odo=readers.example-")
    assert sent.message()["From"] == "The Publication <desk@finality.example>"
    assert verp.recipient_of(f"<{sent.from_email}>") == ADDRESS


@pytest.mark.parametrize("address", [f"{'x' * 60}@readers.example", "ö@readers.example"])
def test_an_address_that_does_not_fit_has_the_plain_one(address):
    assert verp.address_for(address) == BASE


def test_without_an_address_for_bounces_nothing_changes(settings):
    settings.BOUNCE_ADDRESS = ""
    mail.plain(ADDRESS, "Hello", "mail/sender.txt", {}).send()
    assert outbox.outbox[0].from_email == "The Publication <desk@finality.example>"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (lambda: status("5.1.1", "550 5.1.1 no such user"), "hard"),
        (lambda: status("5.1.10"), "hard"),
        (lambda: status("5.2.2", "552 5.2.2 mailbox full"), "soft"),
        (lambda: status("5.7.1", "550 5.7.1 policy"), None),
        (lambda: status("5.0.0", "550 no"), None),
        (lambda: status("4.4.1", action="delayed"), None),
        (complaint, "complaint"),
        (lambda: b"To: " + verp.address_for(ADDRESS).encode() + b"\r\n\r\nI am away.", None),
        (lambda: b"", None),
        (lambda: b"\xff\x00" * 500, None),
    ],
)
def test_what_a_bounce_says(raw, kind):
    found = bounces.read(raw())
    assert (found and found.kind) == kind
    if found:
        assert found.address == ADDRESS


@pytest.mark.parametrize(
    "forged",
    [
        "bounces+odo=readers.example-0123456789@news.example",
        "bounces+odo=readers.example@news.example",
        BASE,
        "other@news.example",
    ],
)
def test_a_bounce_that_we_did_not_sign_is_nobodys(forged):
    assert bounces.read(status("5.1.1", to=forged)) is None


def test_one_signature_is_good_for_one_address():
    mine = verp.address_for(ADDRESS)
    assert bounces.read(status("5.1.1", to=mine.replace("odo=", "maren="))) is None


class Imap(socketserver.StreamRequestHandler):
    """As much of RFC 3501 as it takes to be read."""

    mails: list[bytes] = []
    seen: set[int] = set()

    def handle(self) -> None:
        self.say(b"* OK ready")
        while line := self.rfile.readline():
            tag, command, *rest = line.decode().split()
            answer = getattr(self, command.lower(), None)
            if answer:
                answer(rest)
            self.say(f"{tag} OK done".encode())
            if command == "LOGOUT":
                return

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def capability(self, rest: list[str]) -> None:
        self.say(b"* CAPABILITY IMAP4rev1")

    def select(self, rest: list[str]) -> None:
        self.say(f"* {len(self.mails)} EXISTS".encode())

    def search(self, rest: list[str]) -> None:
        unseen = [str(n) for n in range(1, len(self.mails) + 1) if n not in self.seen]
        self.say(f"* SEARCH {' '.join(unseen)}".encode())

    def fetch(self, rest: list[str]) -> None:
        raw = self.mails[int(rest[0]) - 1]
        self.say(f"* {rest[0]} FETCH (BODY[]<0> {{{len(raw)}}}".encode())
        self.wfile.write(raw)
        self.say(b")")

    def store(self, rest: list[str]) -> None:
        self.seen.add(int(rest[0]))


@pytest.fixture
def imap(settings):
    Imap.mails, Imap.seen = [], set()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.BOUNCE_IMAP_URL = f"imap://us%40er:pass@127.0.0.1:{server.server_address[1]}/INBOX"
        yield Imap
        server.shutdown()


def test_the_mailbox_is_read_once_and_what_it_says_is_noted(imap):
    imap.mails = [status("5.1.1"), b"Subject: spam\r\n\r\nBuy.", status("5.7.1", "5.7.1 no")]
    assert bounces.is_on()
    assert bounces.read_mailbox.call() == 1
    assert Mailbox.objects.get().state == "bounced"
    assert imap.seen == {1, 2, 3}
    assert bounces.read_mailbox.call() == 0


def test_a_server_that_is_away_is_a_failed_job_and_no_more(settings):
    settings.BOUNCE_IMAP_URL = "imap://a:b@127.0.0.1:9/INBOX"
    with pytest.raises(OSError):
        bounces.read_mailbox.call()
