"""
Readers without an account who asked to be remembered in their browser.

The cookie is sent to the pages of /comments/ only: stories are the same for everybody, and stay so.
It holds a random text; what it stands for is kept here, and the address leaves this place in mails
only.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_tasks import task

from comments.models import Confirmation, VerifiedCommenter
from comments.posting import comments_open, confirmation

COOKIE = "reader"
PATH = "/comments/"
LIFETIME = timedelta(days=365)
SEEN_EVERY = timedelta(days=1)


def of_request(request: HttpRequest) -> VerifiedCommenter | None:
    """Return the verified commenter of this browser, if its reader asked to be remembered."""
    text = request.COOKIES.get(COOKIE, "")
    if not text:
        return None
    reader = VerifiedCommenter.objects.filter(
        digest=_digest(text), seen_at__gt=timezone.now() - LIFETIME
    ).first()
    if reader is not None and reader.seen_at < timezone.now() - SEEN_EVERY:
        VerifiedCommenter.objects.filter(pk=reader.pk).update(seen_at=timezone.now())
    return reader


def remember(
    words: dict[str, Any], known: VerifiedCommenter | None
) -> tuple[VerifiedCommenter, str]:
    """Keep what a reader is called, and return it with the text of the cookie; empty where the
    browser has it already.

    Another address is another reader: whoever confirmed one has confirmed nothing for the other.
    """
    name, url = words["name"], words.get("url") or ""
    if known is not None and known.email.lower() == words["email"].lower():
        VerifiedCommenter.objects.filter(pk=known.pk).update(name=name, url=url)
        return known, ""
    text = secrets.token_urlsafe(32)
    return VerifiedCommenter.objects.create(
        digest=_digest(text), name=name, email=words["email"], url=url
    ), text


def confirmed(waiting: Confirmation, known: VerifiedCommenter | None) -> str:
    """An address was confirmed from this browser. Returns the text of a new cookie, if it needs
    one.

    Only the browser in which the button was pressed is known from then on: whoever wrote the
    comment elsewhere may have written in somebody else’s name.
    """
    if known is not None and known.email.lower() != waiting.email.lower():
        return ""  # Somebody else is known here, until they say “forget me”.
    if known is None and not waiting.remember:
        return ""
    text = ""
    if known is None:
        known, text = remember(
            {"name": waiting.name, "email": waiting.email, "url": waiting.url}, None
        )
    VerifiedCommenter.objects.filter(pk=known.pk, confirmed_at=None).update(
        confirmed_at=timezone.now()
    )
    return text


def may_write_at_once(reader: VerifiedCommenter | None, email: str) -> bool:
    """Return whether this browser has confirmed this very address, and the desk lets such readers
    write at once.
    """
    is_theirs = (
        reader is not None
        and reader.confirmed_at is not None
        and reader.email.lower() == email.lower()
    )
    return is_theirs and comments_open.site_settings().known_at_once


def give(response: HttpResponse, text: str) -> HttpResponse:
    """Hand the browser its cookie, if there is one to hand over."""
    if text:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(
            COOKIE, text, LIFETIME, path=PATH, secure=secure, httponly=True, samesite="Lax"
        )
    return response


def forget(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Forget this browser, here and there."""
    if text := request.COOKIES.get(COOKIE, ""):
        VerifiedCommenter.objects.filter(digest=_digest(text)).delete()
        response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return response


@task()
def forget_old() -> int:
    """Forget whoever was not seen for a year; and, with the mails, whoever has confirmed
    nothing.
    """
    now = timezone.now()
    gone = Q(seen_at__lte=now - LIFETIME) | Q(
        confirmed_at=None, seen_at__lte=now - confirmation.LIFETIME
    )
    return VerifiedCommenter.objects.filter(gone).delete()[0]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
