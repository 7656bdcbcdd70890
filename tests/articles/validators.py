"""The rules of the specifications for feeds, sitemaps and JSON-LD, rule by rule; each raises
AssertionError.
"""

import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def _is_absolute(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _moment(text: str) -> datetime:
    """A date with its offset: RFC 3339."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return moment


def rss(text: str) -> list[Any]:
    """RSS 2.0 and the profile of the RSS board. Returns the entries as an independent reader sees
    them.
    """
    channel = ElementTree.fromstring(text).find("channel")
    for name in ("title", "link", "description"):
        assert channel.findtext(name)
    own = channel.find(f"{ATOM}link")
    assert own.get("rel") == "self"
    assert _is_absolute(own.get("href"))
    keys = []
    for item in channel.findall("item"):
        assert item.findtext("title") or item.findtext("description")
        assert _is_absolute(item.findtext("link"))
        guid = item.find("guid")
        keys.append(guid.text)
        assert guid.get("isPermaLink") == "false" or _is_absolute(guid.text)
        assert parsedate_to_datetime(item.findtext("pubDate")).tzinfo
    assert len(set(keys)) == len(keys)
    return _as_read(text, "rss20")


def atom(text: str) -> list[Any]:
    """RFC 4287, section 4."""
    feed = ElementTree.fromstring(text)
    entries = feed.findall(f"{ATOM}entry")
    for each in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(each.findall(f"{ATOM}{name}")) == 1
        _moment(each.findtext(f"{ATOM}updated"))
        links = [link.get("rel", "alternate") for link in each.findall(f"{ATOM}link")]
        assert links.count("alternate") == 1
    assert feed.find(f"{ATOM}author") is not None or all(
        entry.find(f"{ATOM}author") is not None for entry in entries
    )
    keys = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(keys)) == len(keys)
    return _as_read(text, "atom10")


def _as_read(text: str, version: str) -> list[Any]:
    read = feedparser.parse(text.encode())
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == version
    return read.entries


def json_feed(text: str) -> list[dict[str, Any]]:
    """JSON Feed 1.1."""
    feed = json.loads(text)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert _is_absolute(feed["feed_url"])
    assert _is_absolute(feed["home_page_url"])
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["id"]
        assert "content_html" in item or "content_text" in item
        assert _is_absolute(item["url"])
        assert _moment(item["date_published"]) <= _moment(item["date_modified"])
        assert all(author.get("name") for author in item["authors"])
    keys = [item["id"] for item in feed["items"]]
    assert len(set(keys)) == len(keys)
    return feed["items"]


def sitemap(text: str) -> list[str]:
    """The protocol of sitemaps.org: a set of addresses or an index of files. Returns the
    addresses.
    """
    root = ElementTree.fromstring(text)
    kind = {f"{SITEMAP}urlset": "url", f"{SITEMAP}sitemapindex": "sitemap"}[root.tag]
    assert len(root) <= 50_000
    assert len(text.encode()) <= 50_000_000
    found = []
    for each in root:
        assert each.tag == f"{SITEMAP}{kind}"
        place = each.findtext(f"{SITEMAP}loc")
        assert _is_absolute(place)
        assert len(place) < 2048
        if changed := each.findtext(f"{SITEMAP}lastmod"):
            _moment(changed)
        found.append(place)
    assert len(set(found)) == len(found)
    return found


def news_sitemap(text: str) -> list[tuple[str, str]]:
    """Google’s reference for news sitemaps. Returns address and title of each."""
    places = sitemap(text)
    assert len(places) <= 1000
    titles = []
    for url in ElementTree.fromstring(text):
        (news,) = url.findall(f"{NEWS}news")
        assert news.findtext(f"{NEWS}publication/{NEWS}name")
        assert re.fullmatch("[a-z]{2,3}", news.findtext(f"{NEWS}publication/{NEWS}language"))
        _moment(news.findtext(f"{NEWS}publication_date"))
        titles.append(news.findtext(f"{NEWS}title"))
    return list(zip(places, titles, strict=True))


def json_ld(page: str) -> dict[str, dict[str, Any]]:
    """Every block of a page by its type, with what Google’s reference wants of each."""
    blocks = [
        json.loads(text)
        for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    ]
    found = {}
    for block in blocks:
        assert block["@context"] == "https://schema.org"
        # Blocks that name the same thing by its @id say it together.
        found[block["@type"]] = found.get(block["@type"], {}) | block
    for kind in ("NewsArticle", "AdvertiserContentArticle"):
        if article := found.get(kind):
            assert article["headline"]
            assert _moment(article["datePublished"]) <= _moment(article["dateModified"])
            assert all(author["name"] and author["@type"] for author in article["author"])
            assert all(_is_absolute(image) for image in article.get("image", []))
            assert article["publisher"]["name"]
            for comment in article.get("comment", []):
                assert comment["@type"] == "Comment"
                assert comment["text"]
                assert comment["author"]["name"]
                assert _moment(comment["dateCreated"])
    if crumbs := found.get("BreadcrumbList"):
        steps = crumbs["itemListElement"]
        assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
        assert len(steps) >= 2
        assert all(step["name"] and _is_absolute(step["item"]) for step in steps)
    if profile := found.get("ProfilePage"):
        assert profile["mainEntity"]["@type"] in ("Person", "Organization")
        assert profile["mainEntity"]["name"]
    return found
