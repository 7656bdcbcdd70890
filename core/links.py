"""Web addresses in a text of strangers, found as readers read them: with brackets and apostrophes
in them, without what a sentence puts behind them, and with hosts of any alphabet.
"""

import re
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import idna
from linkify_it import LinkifyIt

# Whatever its ending is, and whether anybody sells that.
_BEGINNING = re.compile(r"(?:https?://|www\.)\w", re.IGNORECASE)
# A sentence’s own, where the library takes them for the address’s.
CLOSING = "”’»›`"
SCHEMES = ("http:", "https:")


class Found(NamedTuple):
    start: int
    end: int
    url: str  # as a browser is given it


@cache
def _finder(*, is_fuzzy: bool) -> LinkifyIt:
    options = {"fuzzy_link": is_fuzzy, "fuzzy_email": False, "fuzzy_ip": is_fuzzy}
    finder = LinkifyIt(options=options)
    for other in ("ftp:", "mailto:", "//"):
        finder.add(other, None)
    return finder


def find(text: str) -> list[Found]:
    """Addresses that are written in full, with their scheme. The time grows with the square of what
    is one word: callers bound the text.
    """
    if "://" not in text:
        return []
    return [_found(each) for each in _matches(text, is_fuzzy=False) if each.schema in SCHEMES]


def _found(match: Any) -> Found:
    url = match.url.rstrip(CLOSING)
    return Found(match.index, match.last_index - (len(match.url) - len(url)), with_ascii_host(url))


def count(text: str) -> int:
    """The number of addresses in a text, such as www.example.com and example.com too."""
    if "." not in text:
        return 0
    return max(len(_matches(text, is_fuzzy=True)), len(_BEGINNING.findall(text)))


def _matches(text: str, *, is_fuzzy: bool) -> list[Any]:
    return _finder(is_fuzzy=is_fuzzy).match(text) or []


def with_ascii_host(url: str) -> str:
    """The address with its host as it stands on the wire, by UTS 46; as it is where it has none."""
    parts = urlsplit(url)
    try:
        host = idna.encode(parts.hostname or "", uts46=True).decode()
        port = f":{parts.port}" if parts.port else ""
    except (idna.IDNAError, ValueError):
        return url
    # Nobody’s name and password are led to.
    return SplitResult(parts.scheme, host + port, parts.path, parts.query, parts.fragment).geturl()
