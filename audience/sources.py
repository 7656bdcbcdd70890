"""The source of a view, by the address that the browser names."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from audience.choices import SourceGroup

LONGEST = 80
_HOST = re.compile(rf"[a-z0-9._:-]{{1,{LONGEST}}}")
_SEARCH = re.compile(
    r"(^|\.)(google\.[a-z.]{2,6}|bing\.com|duckduckgo\.com|yahoo\.[a-z.]{2,6}|search\.brave\.com|"
    r"ecosia\.org|startpage\.com|qwant\.com|yandex\.[a-z.]{2,6}|ya\.ru|baidu\.com|naver\.com|daum\.net|"
    r"seznam\.cz|kagi\.com|search\.marginalia\.nu|perplexity\.ai|chatgpt\.com|gemini\.google\.com)$"
)
# Each by the name that readers know it by.
_SOCIAL = (
    (re.compile(r"(^|\.)(x\.com|twitter\.com|t\.co)$"), "X"),
    (re.compile(r"(^|\.)(facebook\.com|fb\.com|fb\.me)$"), "Facebook"),
    (re.compile(r"(^|\.)(reddit\.com|redd\.it)$"), "Reddit"),
    (re.compile(r"(^|\.)(linkedin\.com|lnkd\.in)$"), "LinkedIn"),
    (re.compile(r"(^|\.)(t\.me|telegram\.(org|me))$"), "Telegram"),
    (re.compile(r"(^|\.)(bsky\.app|go\.bsky\.app)$"), "Bluesky"),
    (re.compile(r"(^|\.)(youtube\.com|youtu\.be)$"), "YouTube"),
    (re.compile(r"(^|\.)(instagram\.com|threads\.(net|com))$"), "Instagram and Threads"),
    (re.compile(r"(^|\.)(mastodon\.[a-z]+|mstdn\.[a-z]+|fosstodon\.org)$"), "Mastodon"),
    (re.compile(r"(^|\.)(news\.ycombinator\.com)$"), "Hacker News"),
    (re.compile(r"(^|\.)(discord\.com|discord\.gg)$"), "Discord"),
    (re.compile(r"(^|\.)(whatsapp\.com|wa\.me)$"), "WhatsApp"),
    (re.compile(r"(^|\.)(tiktok\.com)$"), "TikTok"),
    (re.compile(r"(^|\.)(farcaster\.xyz|warpcast\.com)$"), "Farcaster"),
)
_MAIL = re.compile(r"(^|\.)(mail\.[a-z0-9.-]+|outlook\.(live|office)(365)?\.com|mail\.proton\.me)$")
_MEDIUM = {"email": SourceGroup.NEWSLETTER, "newsletter": SourceGroup.NEWSLETTER}
CAMPAIGN_PARTS = ("utm_source", "utm_medium", "utm_campaign")


@dataclass(frozen=True)
class Source:
    group: SourceGroup
    host: str = ""
    campaign: str = ""


def source_of(referrer: str, query: str, own_host: str) -> Source:
    """What a campaign says of itself goes before what the browser says. `query` is that of the page’s
    own address.
    """
    host = _host(referrer)
    told = dict(parse_qsl(query[:2000], max_num_fields=None)) if query else {}
    campaign = " / ".join(
        _word(told[name]) for name in CAMPAIGN_PARTS if _word(told.get(name, ""))
    )[:LONGEST]
    words = {told.get("utm_medium", "").lower(), told.get("utm_source", "").lower()}
    by_campaign = next((group for word, group in _MEDIUM.items() if word in words), None)
    if by_campaign:
        return Source(by_campaign, "", campaign)
    if not host:
        return Source(SourceGroup.SITE if campaign else SourceGroup.DIRECT, "", campaign)
    if host == own_host.lower().removeprefix("www."):
        return Source(SourceGroup.INSIDE, "", campaign)
    return Source(_group(host), _name(host), campaign)


def _host(address: str) -> str:
    try:
        host = (urlsplit(address[:2000]).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def host_of(address: str) -> str:
    """The site of an address, without its www; “” for none."""
    return _host(address)


def _group(host: str) -> SourceGroup:
    if _MAIL.search(host):
        return SourceGroup.NEWSLETTER
    if _SEARCH.search(host):
        return SourceGroup.SEARCH
    is_social = any(pattern.search(host) for pattern, _ in _SOCIAL)
    return SourceGroup.SOCIAL if is_social else SourceGroup.SITE


def _name(host: str) -> str:
    return next((name for pattern, name in _SOCIAL if pattern.search(host)), host)


def _word(text: str) -> str:
    """A campaign’s word: no address of a person comes in by it."""
    clean = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return "" if "@" in clean else clean[:LONGEST].lower()
