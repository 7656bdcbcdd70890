"""Words of an export without their markup."""

from html import unescape

import nh3


def plain(text: str) -> str:
    """Without tags, and without what stands in scripts. Line breaks stay."""
    return unescape(nh3.clean(text, tags=set())).replace("\x00", "").strip()


def plain_line(text: str) -> str:
    return " ".join(plain(text).split())
