"""While a page is made, what it is made of and how long it stays true."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

from django.utils import timezone

View = TypeVar("View", bound=Callable[..., Any])


REFRESHED_AFTER = timedelta(minutes=10)  # for a page that says nothing of its own
SHORTEST_LIFE = timedelta(seconds=2)  # between two makings of a page in which nothing changed


def tomorrow(now: datetime | None = None) -> datetime:
    """Return when the next day begins."""
    return datetime.combine(
        (now or datetime.now(UTC)).date() + timedelta(days=1), time(), tzinfo=UTC
    )


@dataclass
class RenderContext:
    keys: set[str] = field(default_factory=set)
    refresh_at: datetime | None = None
    changes_at: datetime | None = None
    # Set once the answer has been seen to be the same for everybody.
    is_public: bool = False
    # The newest change of each thing that pages share, once it was asked for.
    versions: dict[str, tuple[int, int]] = field(default_factory=dict)
    # It is made for the page cache: parts with a life of their own are marked in it.
    is_to_be_kept: bool = False
    # When those parts should be made anew, and when they become untrue.
    parts_refresh_at: datetime | None = None
    parts_change_at: datetime | None = None
    # What the page shows was asked for from then on: whatever comes out after this may be missing
    # from it.
    began_at: datetime = field(default_factory=timezone.now)

    def include(self, part: "RenderContext") -> None:
        """Say that the page shows something that was made before."""
        self.keys |= part.keys
        self.refresh_at = _earlier(self.refresh_at, part.refresh_at)
        self.changes_at = _earlier(self.changes_at, part.changes_at)

    def include_part(self, part: "RenderContext") -> None:
        """Say that the page shows a part whose time is not that of the rest."""
        self.keys |= part.keys
        self.parts_refresh_at = _earlier(self.parts_refresh_at, part.refresh_at)
        self.parts_change_at = _earlier(self.parts_change_at, part.changes_at)

    def lifetime_with_parts(self, now: datetime) -> tuple[datetime, datetime]:
        """The lifetime of the page as it is shown: the rest’s, or its parts’ where theirs is shorter."""
        refresh, changes = self.lifetime(now)
        if self.parts_refresh_at is not None:
            refresh = min(refresh, max(self.parts_refresh_at, now + SHORTEST_LIFE))
        changes = _earlier(changes, self.parts_change_at) or changes
        return min(refresh, changes), changes

    def lifetime(self, now: datetime) -> tuple[datetime, datetime]:
        """From when the page should be made anew, and from when it may not be shown: at midnight
        dates change.
        """
        midnight = tomorrow(self.began_at)
        changes = _earlier(self.changes_at, midnight) or midnight
        refresh = max(self.refresh_at or now + REFRESHED_AFTER, now + SHORTEST_LIFE)
        return min(refresh, changes), changes


_current: ContextVar[RenderContext | None] = ContextVar("recording", default=None)


def current_context() -> RenderContext | None:
    """Return the context of the page that is being made in this thread, or None outside of one."""
    return _current.get()


@contextmanager
def collecting(made: RenderContext) -> Iterator[RenderContext]:
    token = _current.set(made)
    try:
        yield made
    finally:
        _current.reset(token)


def render_began_at() -> datetime:
    """Return when the page that is being made was begun; now, outside of one."""
    made = _current.get()
    return made.began_at if made is not None else timezone.now()


def add_tags(*keys: str) -> None:
    """Say what the page that is being made shows. Outside of a page it does nothing."""
    made = _current.get()
    if made is not None:
        made.keys.update(keys)


def refresh_at(moment: datetime | None) -> None:
    """From then on the page should be made anew, and may be shown a little longer while that
    happens.
    """
    made = _current.get()
    if made is not None:
        made.refresh_at = _earlier(made.refresh_at, moment)


def changes_at(moment: datetime | None) -> None:
    """From then on the page says something untrue: a story comes out, a price grows too old."""
    made = _current.get()
    if made is not None:
        made.changes_at = _earlier(made.changes_at, moment)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def public_page(*params: str, asks: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Mark a view whose page is the same for every reader, so that it may be kept.

    `params` are the query parameters that make another page of it, such as "page"; all others are
    dropped before the view sees them. A request that carries one of `asks` goes by the cache: there
    is no end of their values.
    """

    def mark(view: View) -> View:
        view.public_params = frozenset(params)  # type: ignore[attr-defined]
        view.uncached_params = frozenset(asks)  # type: ignore[attr-defined]
        return view

    return mark
