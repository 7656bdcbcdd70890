"""
Protection of the sign-up form against robots, as far as it needs no puzzle.

The form stands in pages that are kept for everybody, so it holds nothing that proves anything. A
script asks for a ticket when the form is touched; without one, one more page with a button carries
it. A ticket is good from two seconds on. When many ask whom nobody confirms, everybody gets that
page, and its button works after a minute.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core import ratelimit, strangers
from core.client_ip import network_of
from newsletter.models import Subscriber

SALT = "newsletter.ticket"
SOONEST = 2.0  # seconds between the first touch and the button
LATEST = 2 * 3600.0
WAIT_UNDER_ATTACK = 60.0
LOOK_BACK = timedelta(minutes=10)
MOST_FORMS_AN_HOUR = (
    200  # that one network sends, good or not: a page with a button costs us more than a mail
)

_forms = ratelimit.RateLimiter("sign-up-forms", MOST_FORMS_AN_HOUR, seconds=3600)


class SignupVerdict(Enum):
    GOOD = "good"
    NO_TICKET = "no ticket"
    TOO_FAST = "too fast"
    WAIT = "wait"


@dataclass(frozen=True)
class Attempt:
    """The facts of a sent form."""

    email: str
    ticket: str = ""


def ticket(email: str = "") -> str:
    """Signed, with its time. One that was given for an address is good for that address alone, and
    once.
    """
    return signing.dumps(
        [round(time.time(), 1), _digest(email), secrets.token_urlsafe(6)], salt=SALT
    )


def check_forms(ip: str | None) -> None:
    """Before anything is looked at. Raises RateLimited."""
    _forms.check(network_of(ip))


def check_sign_ups(ip: str | None) -> None:
    """Raises RateLimited."""
    strangers.check_network(ip)


def is_under_attack() -> bool:
    """Return whether more asked in the last minutes, and did not confirm, than readers do. One look
    into an index.
    """
    most: int = settings.SIGN_UPS_IN_TEN_MINUTES
    lately = Subscriber.objects.filter(confirmed_at=None, asked_at__gte=timezone.now() - LOOK_BACK)
    return bool(most) and lately[: most + 1].count() > most


def judge(attempt: Attempt) -> SignupVerdict:
    """Return whether a mail may be sent for it. What is good is used up by being called so."""
    try:
        given_at, address, nonce = signing.loads(attempt.ticket[:400], salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return SignupVerdict.NO_TICKET
    age = time.time() - given_at
    if age > LATEST or address not in ("", _digest(attempt.email)):
        return SignupVerdict.NO_TICKET
    if age < SOONEST:
        return SignupVerdict.TOO_FAST
    if is_under_attack() and (not address or age < WAIT_UNDER_ATTACK):
        return SignupVerdict.WAIT
    # Whoever comes second with the same ticket asks for another.
    is_first = ratelimit.use_once(nonce, LATEST)
    return SignupVerdict.GOOD if is_first else SignupVerdict.NO_TICKET


def _digest(email: str) -> str:
    return salted_hmac(SALT, email.lower()).hexdigest()[:16] if email else ""
