"""An export of Disqus (its XML, also packed as gzip): threads by the address of their page."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.dateparse import parse_datetime

from transfer.bringing.parts import Comment, NotAnExport
from transfer.conversations.found import Conversation
from transfer.wordpress.files import CleanXml

SPACE, IDS = "{http://disqus.com}", "{http://disqus.com/disqus-internals}"


def read(path: Path) -> list[Conversation]:
    """Raises NotAnExport."""
    found: dict[str, Conversation] = {}
    try:
        with _opened(path) as file:
            for name, element in _elements(file, path):
                number = element.get(f"{IDS}id", "")
                if name == "thread" and element.find(f"{SPACE}link") is not None:
                    found[number] = Conversation(_text(element, "link"), _text(element, "title"))
                elif name == "post":
                    thread = element.find(f"{SPACE}thread")
                    key = thread.get(f"{IDS}id", "") if thread is not None else ""
                    if key in found:
                        found[key].comments.append(_comment(number, element))
    except ParseError:
        raise NotAnExport(f"{path.name} is no XML, or it ends too early.") from None
    except DefusedXmlException:
        raise NotAnExport(f"{path.name} defines entities, which no export does.") from None
    return list(found.values())


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path) if is_packed else path.open("rb"))


def _elements(file: IO[bytes], path: Path) -> Iterator[tuple[str, Element]]:
    """Threads and posts, each emptied once it has been read."""
    root: Any = None
    depth = 0
    clean: Any = CleanXml(file)
    for event, element in iterparse(clean, events=("start", "end"), forbid_dtd=True):
        depth += 1 if event == "start" else -1
        if root is None:
            root = element
            if element.tag != f"{SPACE}disqus":
                raise NotAnExport(f"{path.name} is no export of Disqus.")
        if event == "end" and depth == 1:
            yield element.tag.removeprefix(SPACE), element
            root.clear()


def _comment(number: str, post: Element) -> Comment:
    parent = post.find(f"{SPACE}parent")
    author = post.find(f"{SPACE}author")
    gone = "true" in (_text(post, "isDeleted"), _text(post, "isSpam"))
    return Comment(
        number=number,
        parent=parent.get(f"{IDS}id", "0") if parent is not None else "0",
        author=_text(author, "name") if author is not None else "",
        email=_text(author, "email") if author is not None else "",
        at=_moment(_text(post, "createdAt")),
        text=_text(post, "message").replace("</p><p>", "</p>\n\n<p>").replace("<br>", "\n"),
        approved="trash" if gone else "1",
    )


def _text(element: Element, name: str) -> str:
    return (element.findtext(f"{SPACE}{name}") or "").strip()


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None
