"""The contents of an export of Ghost (its JSON, also packed as gzip or zip) says."""

import gzip
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils.dateparse import parse_datetime

from core.text import clean_values
from transfer.bringing.parts import Author, Comment, Item, NotAnExport, Part, Site, Term
from transfer.ghost import lexical, mobiledoc

HERE = "__GHOST_URL__"  # stands in exports for the site’s own address
LARGEST = 1024 * 1024 * 1024  # bytes, unpacked
STATUSES = {"published": "publish", "scheduled": "future", "draft": "draft", "sent": "draft"}
Row = dict[str, Any]


class Export:
    """A file in memory: Ghost writes one JSON, whose posts name what stands anywhere in it. `site` is the
    address of the site, which the file does not say.
    """

    def __init__(self, path: Path, site: str = "", *, largest: int = LARGEST) -> None:
        """`largest` in bytes, unpacked. Raises NotAnExport."""
        self._name = path.name
        self._tables = _tables(path, largest)
        titles = {each.get("key"): each.get("value") for each in self.rows("settings")}
        self.site = site.rstrip("/") or f"Ghost: {titles.get('title') or path.name}"
        self._address = site.rstrip("/")

    def rows(self, table: str) -> list[Row]:
        found = self._tables.get(table)
        return [each for each in found or [] if isinstance(each, dict)]

    def read(self) -> Iterator[Part]:
        """All parts, in their order. Raises NotAnExport."""
        try:
            yield from self._read()
        except (TypeError, ValueError, OverflowError, AttributeError, KeyError) as error:
            raise NotAnExport(f"{self._name} is no Ghost export: {error}"[:300]) from error

    def _read(self) -> Iterator[Part]:
        yield Site(self.site)
        self._users = _by_id(self.rows("users"))
        self._tags = _by_id(self.rows("tags"))
        for user in self._users.values():
            yield Author(_login(user), str(user.get("name") or ""), str(user.get("email") or ""))
        for tag in self._tags.values():
            if _is_public(tag):
                yield Term("tag", str(tag.get("slug")), str(tag.get("name") or tag.get("slug")))
        self._meta = {each.get("post_id"): each for each in self.rows("posts_meta")}
        self._tags_of = self._of_posts("posts_tags", "tag_id")
        self._authors_of = self._of_posts("posts_authors", "author_id")
        self._comments_of = self._comments()
        for post in self.rows("posts"):
            yield self._item(post)

    def _of_posts(self, table: str, key: str) -> dict[Any, list[Any]]:
        found = defaultdict(list)
        for row in sorted(self.rows(table), key=lambda row: row.get("sort_order") or 0):
            found[row.get("post_id")].append(row.get(key))
        return found

    def _item(self, post: Row) -> Item:
        number, meta = post.get("id"), self._meta.get(post.get("id"), {})
        tags = [self._tags[key] for key in self._tags_of[number] if key in self._tags]
        tags = [tag for tag in tags if _is_public(tag)]
        writers = self._authors_of[number] or [post.get("author_id")]
        authors = [self._users[key] for key in writers if key in self._users]
        is_page = post.get("type") == "page" or post.get("page") in (1, True)
        item = Item(
            number=str(number),
            kind="page" if is_page else "post",
            title=str(post.get("title") or ""),
            link=f"{self._address}/{post.get('slug')}/",
            creator=_login(authors[0]) if authors else "",
            excerpt=str(post.get("custom_excerpt") or ""),
            slug=str(post.get("slug") or ""),
            status=STATUSES.get(str(post.get("status")), str(post.get("status"))),
            at=moment(post.get("published_at")),
            is_sticky=post.get("featured") in (1, True),
            is_html=True,
            section=str(tags[0]["slug"]) if tags and not is_page else "",
            terms=[
                *(("post_tag", str(tag["slug"]), str(tag.get("name"))) for tag in tags),
                *(("author", _login(user), str(user.get("name"))) for user in authors),
            ],
            meta=self._seo(post, meta),
            comments=self._comments_of[number],
        )
        item.content = self._text(post, item.notes)
        if picture := post.get("feature_image") or post.get("image"):
            alt = meta.get("feature_image_alt") or ""
            caption = meta.get("feature_image_caption") or ""
            item.picture = (self._here(str(picture)), str(alt), str(caption))
        self._say_what_was_not_public(post, item)
        return item

    def _say_what_was_not_public(self, post: Row, item: Item) -> None:
        if post.get("status") == "sent":
            item.notes.append("It was sent by mail alone, so it is a draft.")
        if post.get("visibility") not in ("public", None) and item.status != "draft":
            item.status = "draft"
            item.notes.append("It was for members, so it is a draft.")

    def _seo(self, post: Row, meta: Row) -> dict[str, str]:
        """Under names that the importer looks for."""
        title = meta.get("meta_title") or post.get("meta_title") or ""
        text = meta.get("meta_description") or post.get("meta_description") or ""
        return {"_yoast_wpseo_title": str(title), "_yoast_wpseo_metadesc": str(text)}

    def _text(self, post: Row, notes: list[str]) -> str:
        """By the editor that wrote it; what is there as HTML alone, as it stands."""
        for name, to_html in (("lexical", lexical.to_html), ("mobiledoc", mobiledoc.to_html)):
            if source := post.get(name):
                try:
                    tree = json.loads(source) if isinstance(source, str) else source
                    return self._here(to_html(tree, notes))
                except (ValueError, TypeError, AttributeError, IndexError, RecursionError):
                    notes.append(f"Its text could not be read as {name}; its HTML was taken.")
        return self._here(str(post.get("html") or ""))

    def _here(self, text: str) -> str:
        return text.replace(HERE, self._address)

    def _comments(self) -> dict[Any, list[Comment]]:
        members, found = _by_id(self.rows("members")), defaultdict(list)
        for row in self.rows("comments"):
            writer = members.get(row.get("member_id"), {})
            found[row.get("post_id")].append(
                Comment(
                    number=str(row.get("id")),
                    parent=str(row.get("in_reply_to_id") or row.get("parent_id") or "0"),
                    author=str(writer.get("name") or ""),
                    email=str(writer.get("email") or ""),
                    at=moment(row.get("created_at")),
                    text=_with_breaks(str(row.get("html") or "")),
                    approved="1" if row.get("status") in ("published", None) else "trash",
                )
            )
        return found


def _with_breaks(html: str) -> str:
    return html.replace("</p><p>", "</p>\n\n<p>").replace("<br>", "\n")


def _login(user: Row) -> str:
    return str(user.get("slug") or user.get("id") or "")


def _is_public(tag: Row) -> bool:
    """Tags that begin with # are for the site’s own use."""
    return bool(tag.get("slug")) and tag.get("visibility") != "internal"


def _by_id(rows: list[Row]) -> dict[Any, Row]:
    return {each.get("id"): each for each in rows}


def moment(value: Any) -> datetime | None:
    if isinstance(value, int | float):
        try:
            return datetime.fromtimestamp(value / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    try:
        found = parse_datetime(str(value or ""))
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def _tables(path: Path, largest: int) -> dict[str, Any]:
    try:
        told = clean_values(json.loads(_content(path, largest).decode("utf-8-sig")))
    except (ValueError, RecursionError):
        raise NotAnExport(f"{path.name} is no JSON, or it ends too early.") from None
    if isinstance(told, dict) and isinstance(told.get("db"), list) and told["db"]:
        told = told["db"][0]
    tables = told.get("data") if isinstance(told, dict) else None
    if not isinstance(tables, dict) or not isinstance(tables.get("posts"), list):
        raise NotAnExport(f"{path.name} is JSON, and no Ghost export: it has no posts.")
    return tables


def _content(path: Path, largest: int) -> bytes:
    """The JSON of a file, unpacked within bounds."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
            file.seek(0)
            if start.startswith(b"PK\x03\x04"):
                content = _of_zip(path, largest)
            elif start.startswith(b"\x1f\x8b"):
                with gzip.open(file) as packed:
                    content = packed.read(largest + 1)
            else:
                content = file.read(largest + 1)
    except (OSError, EOFError, zipfile.BadZipFile):
        raise NotAnExport(f"{path.name} is packed, and broken.") from None
    if len(content) > largest:
        raise NotAnExport(f"{path.name} is larger than {largest // 1024**2:,} MB, unpacked.")
    return content


def _of_zip(path: Path, largest: int) -> bytes:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".json")]
        if not names:
            raise NotAnExport(f"{path.name} is a zip file without JSON.")
        with archive.open(min(names, key=len)) as packed:
            return packed.read(largest + 1)
