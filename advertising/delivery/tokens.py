"""
Tokens: what a browser shows us when it has shown a placement, or when somebody clicks on it.

A token is signed, names one offer of one placement on one page, grows old, and is worth one count
of each action
(`counting.py`). It holds nothing about the reader.
"""

import hashlib
import platform
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.utils import timezone

VALID_FOR = timedelta(hours=2)
NONCE_BYTES = 9
THIS_MACHINE = hashlib.sha256(platform.node().encode()).hexdigest()[:6]

_signer = signing.Signer(salt="advertising.token")


@dataclass(frozen=True)
class Token:
    placement: int
    creative: int
    slot: str
    page: str
    issued_at: datetime
    nonce: str
    # Why nothing of it will count, if that was known when it was given: "staff", "prefetch" …
    reason: str = ""
    # The machine by whose clock it was issued.
    issuer: str = ""

    def age(self, now: datetime | None = None) -> timedelta:
        return (now or timezone.now()) - self.issued_at


class Forged(Exception):
    """Not a token of ours. `token` is what it claims to be, if it can be read."""

    def __init__(self, token: Token | None = None) -> None:
        super().__init__("This token was not made here.")
        self.token = token


def issue(placement: int, creative: int, slot: str, page: str, reason: str = "") -> str:
    milliseconds = round(timezone.now().timestamp() * 1000)
    nonce = secrets.token_urlsafe(NONCE_BYTES)
    return _signer.sign_object(
        [placement, creative, slot, page, milliseconds, nonce, reason, THIS_MACHINE]
    )


def read(signed: str) -> Token:
    """Raises Forged. A token that is too old is a token still: whoever reads it looks at its
    age.
    """
    try:
        return _token(_signer.unsign_object(signed))
    except (signing.BadSignature, ValueError, TypeError, OverflowError, OSError):
        raise Forged(_claimed(signed)) from None


def _claimed(signed: str) -> Token | None:
    """Return the claims of a forged token. Nothing in it is to be believed."""
    try:
        payload = signed.rsplit(":", 1)[0].encode()
        if payload.startswith(b"."):
            return None  # Compressed: ours never are.
        return _token(signing.JSONSerializer().loads(signing.b64_decode(payload)))
    except Exception:
        return None


def _token(values: object) -> Token:
    # A release before this one named no machine.
    if not isinstance(values, list) or len(values) not in (7, 8):
        raise ValueError("not the parts of a token")
    placement, creative, slot, page, milliseconds, nonce, reason = values[:7]
    issuer = values[7] if len(values) == 8 else ""
    numbers, words = (placement, creative, milliseconds), (slot, page, nonce, reason, issuer)
    if not all(type(number) is int for number in numbers) or not all(
        isinstance(word, str) for word in words
    ):
        raise ValueError("not the parts of a token")
    issued_at = datetime.fromtimestamp(milliseconds / 1000, tz=timezone.get_default_timezone())
    return Token(placement, creative, slot, page, issued_at, nonce, reason, issuer)
