"""
Bounces that come back as mails, where a mail server is all there is: RFC 3464 and RFC 5965.

They come to the address of the envelope, which is each mail’s own (`core.verp`), and are read by
IMAP.
"""

import email
import email.policy
import imaplib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django_tasks import task

from core import mail, mailboxes, verp

MOST_AT_ONCE = 200
LONGEST_READ = 200_000  # bytes of one mail
TIMEOUT = 10  # seconds
HARD, SOFT, COMPLAINT = "hard", "soft", "complaint"


@dataclass(frozen=True)
class Bounce:
    address: str
    kind: str


def is_on() -> bool:
    return bool(settings.BOUNCE_IMAP_URL and settings.BOUNCE_ADDRESS)


def read(raw: bytes) -> Bounce | None:
    """The bounce that a mail at the bounce address reports; None for what is no bounce of a mail of ours."""
    raw = raw[:LONGEST_READ]
    message = email.message_from_bytes(raw, policy=email.policy.default)
    address = verp.recipient_of(raw.decode("latin-1"))
    if not address:
        return None
    kind = _kind_of(message)
    return Bounce(address, kind) if kind else None


def _kind_of(message: EmailMessage) -> str:
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            return COMPLAINT if "abuse" in str(part).lower() else ""
        if kind == "message/delivery-status":
            return _kind_of_status(str(part))
    return ""


def _kind_of_status(text: str) -> str:
    """A delay says nothing; nor does a rule against us."""
    if not re.search(r"^action:\s{0,10}failed", text, re.IGNORECASE | re.MULTILINE):
        return ""
    said = " ".join(
        re.findall(r"^(?:status|diagnostic-code):[ \t]{0,10}([^\n]{1,500})", text, re.I | re.M)
    )
    if mail.is_unknown(said):
        return HARD
    return SOFT if mail.is_about_box(said, is_about_address=False) else ""


@task()
def read_mailbox() -> int:
    """Read what came back since the last time. Returns how many bounces were understood."""
    if not is_on():
        return 0
    parts = urlsplit(settings.BOUNCE_IMAP_URL)
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    server = kind(parts.hostname or "", port, timeout=TIMEOUT)
    try:
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        server.select(unquote(parts.path.strip("/")) or "INBOX")
        _, found = server.search(None, "UNSEEN")
        numbers = (found[0] or b"").split()[:MOST_AT_ONCE]
        return sum(_take(server, number) for number in numbers)
    finally:
        server.logout()


def _take(server: imaplib.IMAP4, number: bytes) -> bool:
    """Note one mail, and mark it as read once that is done."""
    _, data = server.fetch(number.decode(), f"(BODY.PEEK[]<0.{LONGEST_READ}>)")
    raw = next((each[1] for each in data if isinstance(each, tuple)), b"")
    bounce = read(raw)
    if bounce is not None:
        note = {
            HARD: mailboxes.note_hard,
            SOFT: mailboxes.note_soft,
            COMPLAINT: mailboxes.note_complaint,
        }
        note[bounce.kind](bounce.address)
    server.store(number.decode(), "+FLAGS", "\\Seen")
    return bounce is not None
