"""A WordPress export (WXR 1.0 to 1.2), read piece by piece: no more of it is in memory than
one item.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.text import slugify

from transfer.bringing.parts import Author, Comment, Item, NotAnExport, Part, Site, Term
from transfer.wordpress.files import streams

_NAMESPACES = (
    (re.compile(r"http://wordpress\.org/export/[\d.]+/excerpt/"), "excerpt"),
    (re.compile(r"http://wordpress\.org/export/[\d.]+/"), "wp"),
    (re.compile(r"http://purl\.org/rss/1\.0/modules/content/"), "content"),
    (re.compile(r"http://purl\.org/dc/elements/1\.1/"), "dc"),
)
NO_DATE = "0000-00-00 00:00:00"


def read(paths: list[Path]) -> Iterator[Part]:
    """All parts of all files, in their order. Raises NotAnExport at the first that is none."""
    for path in paths:
        for stream in streams(path):
            try:
                yield from _parts(iterparse(stream, events=("start", "end"), forbid_dtd=True), path)
            except ParseError as error:
                raise NotAnExport(_what_broke(error, path)) from None
            except DefusedXmlException:
                raise NotAnExport(f"{path.name} defines entities, which no export does.") from None


def _what_broke(error: ParseError, path: Path) -> str:
    if error.code in (3, 5):  # No element found, unclosed token: expat’s numbers.
        return f"{path.name} ends too early: it was not exported or copied to its end."
    line, column = error.position
    return f"{path.name} is no XML: it breaks in line {line}, column {column}."


def _parts(events: Any, path: Path) -> Iterator[Part]:
    root: Element | None = None
    channel: Element | None = None
    is_export = False
    for event, element in events:
        name = _name(element.tag)
        if event == "start":
            if root is None:
                root = element
                if name != "rss":
                    raise NotAnExport(
                        f"{path.name} is no WordPress export: it begins with <{name}>."
                    )
            elif name == "channel":
                channel = element
            continue
        if name in ("wp:wxr_version", "wp:base_site_url", "wp:post_id"):
            is_export = True
        if found := _read(name, element):
            yield found
        if channel is not None and name in (
            "item",
            "wp:author",
            "wp:category",
            "wp:tag",
            "wp:term",
        ):
            channel.clear()
    if not is_export:
        raise NotAnExport(f"{path.name} is a feed, and no WordPress export.")


def _read(name: str, element: Element) -> Part | None:
    if name == "wp:base_blog_url":
        return Site((element.text or "").strip().rstrip("/"))
    reader = _READERS.get(name)
    return cast(Part | None, reader(element)) if reader else None


def _author(element: Element) -> Author:
    told = _texts(element)
    full = f"{told.get('wp:author_first_name', '')} {told.get('wp:author_last_name', '')}".strip()
    return Author(
        told.get("wp:author_login", "").strip(),
        (told.get("wp:author_display_name", "") or full).strip(),
        told.get("wp:author_email", "").strip(),
    )


def _category(element: Element) -> Term:
    told = _texts(element)
    slug = plain_slug(told.get("wp:category_nicename", ""))
    name = told.get("wp:cat_name", "").strip() or slug
    return Term("category", slug, name, plain_slug(told.get("wp:category_parent", "")))


def _tag(element: Element) -> Term:
    told = _texts(element)
    slug = plain_slug(told.get("wp:tag_slug", ""))
    return Term("tag", slug, told.get("wp:tag_name", "").strip() or slug)


def _term(element: Element) -> Term | None:
    """The general form; the kinds of plugins are left out."""
    told = _texts(element)
    kind = {"category": "category", "post_tag": "tag"}.get(told.get("wp:term_taxonomy", ""))
    if kind is None:
        return None
    slug = plain_slug(told.get("wp:term_slug", ""))
    name = told.get("wp:term_name", "").strip() or slug
    return Term(kind, slug, name, plain_slug(told.get("wp:term_parent", "")))


def _item(element: Element) -> Item:
    told = _texts(element)
    item = Item(
        number=told.get("wp:post_id", "").strip(),
        kind=told.get("wp:post_type", "").strip() or "post",
        title=told.get("title", "").strip(),
        link=told.get("link", "").strip(),
        creator=told.get("dc:creator", "").strip(),
        content=told.get("content:encoded", ""),
        excerpt=told.get("excerpt:encoded", ""),
        slug=plain_slug(told.get("wp:post_name", "")),
        status=told.get("wp:status", "").strip() or "publish",
        password=told.get("wp:post_password", "").strip(),
        parent=told.get("wp:post_parent", "").strip(),
        at=_moment(told.get("wp:post_date_gmt", ""), told.get("wp:post_date", "")),
        is_sticky=told.get("wp:is_sticky", "0").strip() == "1",
        takes_comments=told.get("wp:comment_status", "open").strip() == "open",
        file=told.get("wp:attachment_url", "").strip(),
    )
    for child in element:
        name = _name(child.tag)
        if name == "category":
            _add_term(item, child)
        elif name == "wp:postmeta":
            meta = _texts(child)
            item.meta.setdefault(meta.get("wp:meta_key", "").strip(), meta.get("wp:meta_value", ""))
        elif name == "wp:comment":
            item.comments.append(_comment(child))
    return item


def _add_term(item: Item, element: Element) -> None:
    """Old exports name each term twice, the first time without its slug, and tags by another word."""
    domain = {"tag": "post_tag"}.get(
        element.get("domain", "category"), element.get("domain", "category")
    )
    name, slug = (element.text or "").strip(), plain_slug(element.get("nicename", ""))
    same = [
        term
        for term in item.terms
        if term[0] == domain and name.lower() in (term[2].lower(), term[1])
    ]
    if not slug:
        slug = slugify(name) or name.lower()
        if same:
            return
    item.terms = [term for term in item.terms if term not in same or term[1] == slug]
    if slug and (domain, slug) not in [(found, known) for found, known, _ in item.terms]:
        item.terms.append((domain, slug, name or slug))


def _comment(element: Element) -> Comment:
    told = _texts(element)
    return Comment(
        number=told.get("wp:comment_id", "").strip(),
        parent=told.get("wp:comment_parent", "").strip() or "0",
        author=told.get("wp:comment_author", "").strip(),
        email=told.get("wp:comment_author_email", "").strip(),
        url=told.get("wp:comment_author_url", "").strip(),
        ip=told.get("wp:comment_author_IP", "").strip(),
        at=_moment(told.get("wp:comment_date_gmt", ""), told.get("wp:comment_date", "")),
        text=told.get("wp:comment_content", ""),
        approved=told.get("wp:comment_approved", "1").strip(),
        kind=told.get("wp:comment_type", "").strip(),
    )


_READERS = {
    "wp:author": _author,
    "wp:category": _category,
    "wp:tag": _tag,
    "wp:term": _term,
    "item": _item,
}


def _texts(element: Element) -> dict[str, str]:
    return {_name(child.tag): child.text or "" for child in element}


@lru_cache(1_000)
def _name(tag: str) -> str:
    """A tag by the prefix that exports give its namespace, whatever version it is of."""
    if not tag.startswith("{"):
        return tag
    space, _, local = tag[1:].partition("}")
    prefix = next((name for pattern, name in _NAMESPACES if pattern.fullmatch(space)), "")
    return f"{prefix}:{local}" if prefix else local


def _moment(universal: str, local: str) -> datetime | None:
    """Of drafts, only the local time is told: it is taken for UTC."""
    for text in (universal.strip(), local.strip()):
        if text and text != NO_DATE:
            try:
                return datetime.fromisoformat(text).replace(tzinfo=UTC)
            except ValueError:
                continue
    return None


def plain_slug(slug: str) -> str:
    """Addresses in other scripts are written percent-encoded, in either case."""
    return unquote(slug.strip())
