"""Who presses a button without an account, told apart for one thought only, and how often somebody may."""

import hashlib
import hmac
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache

from comments.models import SiteComment
from newsroom.pagecache.network import network_of

MOST_A_MINUTE = 30


class TooOften(Exception):
    """More buttons were pressed from one network in a minute than a reader presses."""


def key_for(comment: SiteComment, user: Any, ip: str | None) -> str:
    """An account by its number. A stranger by a digest of the network that differs for every thought.

    So a network has one vote on a thought, and nobody can tell from our rows what else it voted on.
    """
    if user.is_authenticated:
        return f"account:{user.pk}"
    return _digest(f"visitor:{comment.pk}:{network_of(ip)}")


def slow_down(ip: str | None) -> None:
    """Count one more press from a network in this minute. Raises TooOften.

    Presses at the same instant may count as one: it slows robots down, and votes are one each whatever it counts.
    """
    name = "pressed:" + _digest(f"pressed:{network_of(ip)}:{int(time.time() // 60)}")[:32]
    pressed = cache.get(name, 0)
    if pressed >= MOST_A_MINUTE:
        raise TooOften
    cache.set(name, pressed + 1, timeout=60)


def _digest(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
