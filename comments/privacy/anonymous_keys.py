"""Anonymous keys of readers without an account, different for every comment, and their rate
limit.
"""

import hashlib
import hmac
from typing import Any

from django.conf import settings

from comments.models import SiteComment
from core import ratelimit
from core.client_ip import network_of

MOST_A_MINUTE = 30
_presses = ratelimit.RateLimiter("presses", MOST_A_MINUTE)


def key_for(comment: SiteComment, user: Any, ip: str | None) -> str:
    """An account by its number. A stranger by a digest of the network that differs for every
    comment.

    So a network has one vote on a comment, and nobody can tell from our rows what else it voted on.
    """
    if user.is_authenticated:
        return f"account:{user.pk}"
    return _digest(f"visitor:{comment.pk}:{network_of(ip)}")


def check_rate(ip: str | None) -> None:
    """Count one more press from a network in this minute. Raises RateLimited."""
    _presses.check(network_of(ip))


def _digest(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
