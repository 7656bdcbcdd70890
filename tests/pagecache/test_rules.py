"""The requests that the cache may answer, and the address under which a page is kept."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from pagecache import rules

LONG = "x" * 500


@pytest.mark.parametrize(
    ("path", "query", "address"),
    [
        ("/", "", "/"),
        ("/", "utm_source=letter&fbclid=1", "/"),
        ("/policy/", "before=2-1", "/policy/?before=2-1"),
        ("/policy/", "x=1&before=2-1&y=3", "/policy/?before=2-1"),
        ("/policy/", "after=1-1&after=2-1", "/policy/?after=2-1"),
        ("/policy/the-clause/", "before=2-1", "/policy/the-clause/"),
        ("/policy/the-clause/", "reply_to=5", None),
        ("/policy/", f"before={LONG}", None),
        ("/policy/", "&".join("abcdefghijklmnopqrstuvwxyzABCDEFG"), None),
        ("/search/", "q=clause", None),
        ("/search/", "", None),
        ("/nothing/at/all/", "a=b", "/nothing/at/all/"),
        ("/policy", "page=2", None),
        ("/policy", "", "/policy"),
        ("/admin/", "", None),
        ("/accounts/login/", "", None),
        ("/partners/placements/", "", None),
        ("/comments/tokens/", "", None),
        ("/healthz", "", None),
        ("/media/a.webp", "", None),
        ("/static/newsroom/css/site.css", "", None),
        (f"/{LONG}/", "", None),
        ("/policy/\0/", "", None),
        ("/?x=1", "", None),  # a question mark that was written %3F
    ],
)
def test_the_address_of_a_page(path, query, address):
    assert rules.address_of(path, query) == address


def test_what_is_too_long_is_not_remembered():
    before = rules._address_of.cache_info().currsize, rules.params_of.cache_info().currsize
    assert rules.address_of(f"/{LONG}-not-seen-before/", "") is None
    assert rules.address_of("/not-seen-before/", f"q={LONG * 10}") is None
    assert (
        rules._address_of.cache_info().currsize,
        rules.params_of.cache_info().currsize,
    ) == before


@pytest.mark.parametrize(
    ("cookies", "personal"),
    [
        ("sessionid=abc", True),
        ("a=1; sessionid=abc", True),
        ("preview=1", True),
        ("fresh=1", True),
        ("a=1;sessionid =abc", True),
        ("a=1;  preview\t= 1", True),
        ("csrftoken=abc; theme=dark; _ga=1", False),
        ("_refresh=1; a=preview; notfresh=2", False),
        ("", False),
    ],
)
def test_only_our_own_cookies_make_a_request_personal(cookies, personal):
    assert rules.is_personal(cookies) is personal


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("LOCALHOST:8000", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("", False),
        ("127.0.0.1:8000@evil.example", False),
    ],
)
def test_only_our_hosts(host, ours):
    assert rules.is_ours(host) is ours


def patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, object]]:
    found = []
    for each in resolver.url_patterns:
        place = prefix + str(each.pattern)
        found += patterns(each, place) if isinstance(each, URLResolver) else [(place, each)]
    return found


# Answered by Django each time, and why.
NEVER_KEPT = (
    "admin/",  # the desk
    "accounts/",  # people
    "partners/placements/",  # an advertiser’s own
    "comments/preview/",  # forms, tokens and links with a key
    "comments/tokens/",
    "comments/post/",
    "comments/write/",
    "comments/forget/",
    "comments/confirm/",
    "comments/react/",
    "comments/<key:pk>/",
    "comments/held/",
    "comments/mute/",
    "newsletter/confirm/",
    "newsletter/leave/",
    "newsletter/preferences/",
    "newsletter/address/",
    "newsletter/back/",
    "newsletter/token/",
    "newsletter/go/",  # counted each time
    "preview/",  # what is not out yet
    "search/",  # no end of questions
    "partners/company/",  # whose it is
    "partners/orders/",
    "slots/",  # who stands where, and what was seen
    "views/",  # counted each time
    "prices/choice/",  # what a reader wants to see
    "healthz",  # signs of life
    "livez",
    "readyz",
    "metrics",
    "^media/",  # files, with a lifetime of their own
)


def test_every_address_is_either_kept_or_said_not_to_be():
    """Whoever adds a page decides which of the two it is."""
    undecided = []
    for place, pattern in patterns(get_resolver()):
        assert isinstance(pattern, URLPattern)
        is_public = hasattr(pattern.callback, "public_params")
        if is_public == place.startswith(NEVER_KEPT):
            undecided.append(place)
    assert undecided == []
