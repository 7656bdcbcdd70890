"""Parts of pages that have a life of their own, such as prices: a kept page gets them anew without being
made anew.

An app registers how a part is written by its name, and a template shows it. Where the page is made to
be kept, the part stands between two marks, which are cut out again when it is kept; from where they
stood the page knows its parts. When only the time of its parts is over, new ones are put in their
places. What is in a part is made once for all pages that have it.
"""

import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from pagecache import invalidation
from pagecache.context import RenderContext, collecting, current_context
from pagecache.minifying import minified

MOST_KEPT = 5_000
_NAME = re.compile(r"[\w:,.+-]{1,4000}")
# Instructions that a browser would take for comments; the minifier leaves them where they are.
# Their secret is this process’s alone: the minifier writes out what stands in attributes, and a reader’s
# name must not become a mark.
_SECRET = secrets.token_hex(8)
_MARKS = re.compile(
    rf"<\?live{_SECRET} ([\w:,.+-]{{1,4000}})\?>(.*?)<\?/live{_SECRET}\?>".encode(), re.DOTALL
)

# What stands behind the first colon of a part’s name, to its HTML.
Write = Callable[[str], str]


@dataclass(frozen=True)
class PlacedPart:
    """A part of a page, and the bytes of the page’s body that it takes."""

    name: str
    begins: int
    ends: int


@dataclass(frozen=True)
class _Kept:
    html: str
    made_of: RenderContext
    heard_by: object
    moment: int

    @cached_property
    def body(self) -> bytes:
        return minified(self.html.encode())


_writers: dict[str, Write] = {}
_kept: dict[str, _Kept] = {}
_lock = threading.Lock()


def register(kind: str, write: Write) -> None:
    """Names of this kind are “kind”, or “kind:argument”."""
    _writers[kind] = write


def show(name: str) -> str:
    """A part’s HTML, for a template. It should be an element or several, without words around them."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"This is no name of a part: {name}")
    part, page = _part(name), current_context()
    if page is None:
        return part.html
    page.include_part(part.made_of)
    return marked(name, part.html) if page.is_to_be_kept else part.html


def marked(name: str, html: str) -> str:
    return f"<?live{_SECRET} {name}?>{html}<?/live{_SECRET}?>"


def new(name: str) -> tuple[bytes, RenderContext]:
    """The part as it is now, as it stands in a kept page, and how long it is true."""
    part = _part(name)
    return part.body, part.made_of


def forget() -> None:
    """Begin as a new process does."""
    with _lock:
        _kept.clear()


def placed(body: bytes) -> tuple[bytes, tuple[PlacedPart, ...]]:
    """The body without marks, and the parts that stood between them."""
    pieces: list[bytes] = []
    parts: list[PlacedPart] = []
    end = length = 0
    for found in _MARKS.finditer(body):
        pieces += [body[end : found.start()], found[2]]
        begins = length + found.start() - end
        length = begins + len(found[2])
        parts.append(PlacedPart(found[1].decode(), begins, length))
        end = found.end()
    return b"".join([*pieces, body[end:]]), tuple(parts)


def replaced(
    body: bytes, parts: tuple[PlacedPart, ...], html: dict[str, bytes]
) -> tuple[bytes, tuple[PlacedPart, ...]]:
    """The body with new parts in the places of the old ones."""
    pieces: list[bytes] = []
    moved: list[PlacedPart] = []
    end = length = 0
    for part in parts:
        pieces += [body[end : part.begins], html[part.name]]
        begins = length + part.begins - end
        length = begins + len(html[part.name])
        moved.append(PlacedPart(part.name, begins, length))
        end = part.ends
    return b"".join([*pieces, body[end:]]), tuple(moved)


def _part(name: str) -> _Kept:
    """Made once for all pages of a process that hears of changes; each time anew in any other."""
    listener = invalidation.current_listener()
    if listener is None or listener.is_blind:
        return _make(name, None, 0)
    found = _kept.get(name)
    if found is None or found.heard_by is not listener or _is_over(found, listener):
        found = _make(name, listener, listener.mark()[0])
        with _lock:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[name] = found
    return found


def _is_over(part: _Kept, listener: invalidation.InvalidationListener) -> bool:
    now = timezone.now()
    ends = (part.made_of.refresh_at, part.made_of.changes_at)
    return any(_has_come(end, now) for end in ends) or listener.changed_after(
        part.moment, part.made_of.keys
    )


def _has_come(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def _make(name: str, listener: object, moment: int) -> _Kept:
    kind, _, argument = name.partition(":")
    made_of = RenderContext()
    with collecting(made_of):
        html = _writers[kind](argument).strip()
    return _Kept(html, made_of, listener, moment)
