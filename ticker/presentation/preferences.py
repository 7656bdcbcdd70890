"""A reader’s price preferences: a cookie that scripts may read and no page is made by, but the
prices page.
"""

import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "prices"
LIFETIME = 365 * 24 * 60 * 60  # seconds
OFF = "off"
MOST_HIDDEN = 100
_SYMBOL = re.compile(r"[A-Z0-9]{1,10}")


@dataclass(frozen=True)
class PricePreferences:
    is_off: bool = False
    hidden: frozenset[str] = frozenset()

    def shows(self, symbol: str) -> bool:
        return not self.is_off and symbol not in self.hidden


def preferences_of(request: HttpRequest) -> PricePreferences:
    """The choice in the cookie; whatever else stands in it counts for nothing."""
    value = request.COOKIES.get(COOKIE, "")
    if value == OFF:
        return PricePreferences(is_off=True)
    return PricePreferences(
        hidden=frozenset(filter(_SYMBOL.fullmatch, value.split(".")[:MOST_HIDDEN]))
    )


def keep(response: HttpResponse, choice: PricePreferences) -> None:
    value = OFF if choice.is_off else ".".join(sorted(choice.hidden)[:MOST_HIDDEN])
    if not value:
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    # The script that hides prices reads it.
    response.set_cookie(
        COOKIE,
        value,
        LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=False,
        samesite="Lax",
    )
