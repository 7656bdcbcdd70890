"""Rules of the cache: which requests may be answered from it, and under which address their page is
kept.
"""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpResponse
from django.http.request import split_domain_port
from django.urls import Resolver404, resolve

LONGEST_PATH = 300
LONGEST_QUERY = 2000
LONGEST_VALUE = 80
MOST_PARAMS = 30
KEPT_STATUSES = frozenset({200, 301, 404, 410})
# A reader who has just sent something sees what is there now, in whichever process they land.
FRESH_COOKIE = "fresh"
FRESH_FOR = 5  # seconds
PREVIEW_COOKIE = "preview"


def is_personal(cookies: str) -> bool:
    """Return whether a request with this Cookie header may see a page of its own. Cookies of other
    scripts do not matter.
    """
    return _own_cookie(settings.SESSION_COOKIE_NAME).search(cookies) is not None


@lru_cache(2)
def _own_cookie(session: str) -> re.Pattern[str]:
    """As Django reads them, which takes cookies with spaces that no browser writes."""
    return re.compile(rf"(?:^|;)\s*(?:{re.escape(session)}|{FRESH_COOKIE}|{PREVIEW_COOKIE})\s*=")


def show_fresh(response: HttpResponse) -> HttpResponse:
    """Let the reader who has just sent something see it at once. The cookie is gone in a moment."""
    response.set_cookie(
        FRESH_COOKIE, "1", max_age=FRESH_FOR, httponly=True, samesite="Lax", secure=settings.HTTPS
    )
    return response


@lru_cache(8)
def is_ours(host: str) -> bool:
    """Return whether the Host header names this site. What matches by a pattern only is left to
    Django.
    """
    domain, _ = split_domain_port(host)
    return domain in settings.ALLOWED_HOSTS


@lru_cache(4096)
def params_of(path: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The query parameters that matter to the public page at `path`, and those that it is never
    kept with.

    None when what is there is not the same for everybody. An address of nothing is: it is a 404 for
    all.
    """
    if "\x00" in path or path.startswith(settings.STATIC_URL):
        return None  # Static files are compressed and named already; whitenoise has them at hand.
    try:
        view = resolve(path).func
    except Resolver404:
        return frozenset(), frozenset()
    params = getattr(view, "public_params", None)
    return None if params is None else (params, view.uncached_params)  # type: ignore[attr-defined]


def address_of(path: str, query: str) -> str | None:
    """Return the page’s key: its path with the parameters that matter, sorted. None: it is not
    kept.

    Whatever else a query holds is dropped, so that no link from elsewhere and no robot fills the
    cache.
    """
    if len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        return None  # Nor is it remembered that it is not.
    return _address_of(path, query)


@lru_cache(4096)
def _address_of(path: str, query: str) -> str | None:
    if "?" in path:
        return None  # It was written %3F, and is no query.
    rule = params_of(path)
    if rule is None:
        return None
    if not query:
        return path
    if not path.endswith("/"):
        return None  # It may be redirected, and take its query along.
    params, uncached = rule
    try:
        sent = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMS))
    except ValueError:
        return None
    if uncached & sent.keys():
        return None
    kept = sorted((name, value) for name, value in sent.items() if name in params)
    if any(len(value) > LONGEST_VALUE or "\x00" in value for _, value in kept):
        return None
    return f"{path}?{urlencode(kept)}" if kept else path
