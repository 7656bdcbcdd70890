"""Checks of the links and coins of a text, before readers meet it."""

from html import unescape
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.urls import Resolver404, resolve

from articles import body
from articles.models import Article, Author, FormerSlug, Redirect, Section, Tag
from ticker.models import Coin

MOST_LINKS = 60  # looked at in one text
MOST_NAMED = 5
LONGEST_SHOWN = 60  # characters of an address
# Pages by slug: their name in urls.py and what stands behind them.
PAGES = {"section": Section, "tag": Tag, "author": Author}


def problems(html: str) -> list[str]:
    """A sentence each, the first few of each kind. Two queries and one more for each kind of page
    that is linked to.
    """
    return [*_coins(html), *_links(html)]


def _coins(html: str) -> list[str]:
    named = body.coins_in(html)
    if not named:
        return []
    known = set(Coin.objects.filter(symbol__in=named).values_list("symbol", flat=True))
    return [
        f"[[{symbol}]] is no coin here: readers see the letters."
        for symbol in sorted(named - known)[:MOST_NAMED]
    ]


def _links(html: str) -> list[str]:
    own_host = urlsplit(settings.SITE_URL).netloc
    found: list[str] = []
    paths: dict[str, str] = {}  # as a page: as it is written
    for address in list(dict.fromkeys(map(unescape, body.links(html))))[:MOST_LINKS]:
        parts = _split(address)
        if parts is None:
            found.append(f"The link to {_shown(address)} cannot be read.")
        elif parts.netloc == own_host or (not parts.netloc and parts.path.startswith("/")):
            paths[parts.path or "/"] = address
        elif not parts.scheme and not parts.netloc and parts.path:
            found.append(f"The link to {_shown(address)} has no https:// in front.")
    found += [f"The link to {_shown(paths[path])} leads nowhere." for path in _broken(paths)]
    return found[:MOST_NAMED]


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _shown(address: str) -> str:
    return address if len(address) <= LONGEST_SHOWN else f"{address[:LONGEST_SHOWN]}…"


def _broken(paths: dict[str, str]) -> list[str]:
    """Those of our own paths that no page answers. A draft that is linked to comes out, too."""
    stories: dict[str, str] = {}
    pages: dict[str, dict[str, str]] = {name: {} for name in PAGES}
    broken = []
    for path in paths:
        try:
            match = resolve(path)
        except Resolver404:
            broken.append(path)
            continue
        slug = str(match.kwargs.get("slug", ""))
        if match.url_name == "article":
            stories[path] = slug
        elif match.url_name in PAGES:
            pages[match.url_name][path] = slug
    if stories:
        there = _slugs(Article.objects.filter(trashed_at=None), stories)
        missing = [path for path, slug in stories.items() if slug not in there]
        former = _slugs(FormerSlug.objects.all(), {path: stories[path] for path in missing})
        broken += [path for path in missing if stories[path] not in former]
    for name, asked in pages.items():
        if asked:
            there = _slugs(PAGES[name]._default_manager.all(), asked)
            broken += [path for path, slug in asked.items() if slug not in there]
    if broken:
        moved = Redirect.objects.filter(old_path__in=broken).exclude(new_path="")
        leads_on = set(moved.values_list("old_path", flat=True))
        broken = [path for path in broken if path not in leads_on]
    return broken


def _slugs(rows: QuerySet[Any], asked: dict[str, str]) -> set[str]:
    if not asked:
        return set()
    return set(rows.filter(slug__in=set(asked.values())).values_list("slug", flat=True))
