"""Digests by which a browser is the same today, and nobody knows whose it is.

A network address and the name of a browser become a digest with the salt of the day. When the day
is over its salt is deleted; nothing is left that leads to anybody or joins two days.
"""

import base64
import hashlib
import hmac
import secrets
import threading
from datetime import date

from audience.models import DailySalt

DIGEST_BYTES = 16

_salts: dict[date, bytes] = {}
_lock = threading.Lock()


def person(network: str, agent: str, day: date) -> str:
    """A digest of 22 letters that is the same for one browser on one day, and means nothing after
    it.
    """
    digest = hmac.new(_salt(day), f"{network}\n{agent}".encode(), hashlib.sha256).digest()[
        :DIGEST_BYTES
    ]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def network_digest(network: str, day: date) -> str:
    """The same of a whole network."""
    return person(network, "", day)


def _salt(day: date) -> bytes:
    """One query for each process and day."""
    with _lock:
        if day not in _salts:
            row, _ = DailySalt.objects.get_or_create(
                day=day, defaults={"salt": secrets.token_bytes(32)}
            )
            _salts.clear()
            _salts[day] = bytes(row.salt)
        return _salts[day]


def clear_salts() -> None:
    _salts.clear()


def unsettled_before(now_day: date) -> list[date]:
    return list(
        DailySalt.objects.filter(day__lt=now_day).order_by("day").values_list("day", flat=True)
    )
