"""
Pages of a list, by plain links that stay the same.

A page begins behind a story, not at a number: however deep it lies it costs the same, and it does
not move when new stories come out. The links name the story’s time and key:
?before=1795486560000000-12.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict

PAGE_SIZE = 20
PARAMS = ("before", "after")
_PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Cursor:
    """A story’s position in a list that is ordered by time and key."""

    published_at: datetime
    pk: int

    @classmethod
    def of(cls, row: Any) -> "Cursor":
        return cls(row.published_at, row.pk)

    @classmethod
    def named(cls, text: str) -> "Cursor":
        """Raises Http404 for what no link of ours says."""
        match = _PLACE.fullmatch(text)
        if match is None:
            raise Http404("No such page.")
        return cls(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))

    def __str__(self) -> str:
        return f"{(self.published_at - _EPOCH) // timedelta(microseconds=1)}-{self.pk}"

    def older(self, key: str = "pk") -> Q:
        """Return the condition for what follows in a list, the newest first; `key` is the field of
        the story’s key.
        """
        # The first condition is what the index is walked by; the second settles those of the same
        # moment. Written as
        # BETWEEN, SQLite takes it as its bound, and not the “until now” that every list has
        # besides.
        until_then = Q(published_at__range=(_BEGINNING, self.published_at))
        return until_then & (Q(published_at__lt=self.published_at) | Q(**{f"{key}__lt": self.pk}))

    def newer(self, key: str = "pk") -> Q:
        since_then = Q(published_at__gte=self.published_at)
        return since_then & (Q(published_at__gt=self.published_at) | Q(**{f"{key}__gt": self.pk}))


@dataclass(frozen=True)
class Page:
    items: list[Any]
    has_newer: bool
    has_older: bool
    query: str = ""
    # What names this page in its address; nothing for the first one.
    place: str = ""

    @property
    def is_first(self) -> bool:
        return not self.has_newer

    def address(self, path: str) -> str:
        """The one address of this page of the list at `path`."""
        return f"{path}?{self.place}" if self.place else path

    @property
    def older(self) -> str:
        return f"?{self._prefix}before={Cursor.of(self.items[-1])}"

    @property
    def newer(self) -> str:
        return f"?{self._prefix}after={Cursor.of(self.items[0])}"

    @property
    def _prefix(self) -> str:
        return f"{self.query}&" if self.query else ""


class KeysetSource(Protocol):
    """A list of stories that can be walked from its newest or from a place in it, no more of it
    than asked for.
    """

    def newest(self, count: int) -> list[Any]: ...
    def older(self, place: Cursor, count: int) -> list[Any]: ...
    def newer(self, place: Cursor, count: int) -> list[Any]:
        """The nearest first."""


@dataclass(frozen=True)
class QuerySource:
    """A walk along a queryset."""

    queryset: QuerySet[Any]

    def newest(self, count: int) -> list[Any]:
        return list(self.queryset.order_by("-published_at", "-pk")[:count])

    def older(self, place: Cursor, count: int) -> list[Any]:
        return list(self.queryset.filter(place.older()).order_by("-published_at", "-pk")[:count])

    def newer(self, place: Cursor, count: int) -> list[Any]:
        return list(self.queryset.filter(place.newer()).order_by("published_at", "pk")[:count])


def page_of(
    stories: QuerySet[Any] | KeysetSource, params: QueryDict, keep: dict[str, str] | None = None
) -> Page:
    """Return the page that ?before= or ?after= names, else the first, the newest stories first.

    One walk: whether there is more is seen from one row more. Raises Http404 for a place that no
    link of ours names, or behind which there is nothing. `keep` stays in the links.
    """
    walk = QuerySource(stories) if isinstance(stories, QuerySet) else stories
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in (keep or {}).items() if value})
    before, after = params.get("before"), params.get("after")
    if before is not None:
        return _before(walk, Cursor.named(before), kept.urlencode())
    if after is not None and (page := _after(walk, Cursor.named(after), kept.urlencode())):
        return page
    rows = walk.newest(PAGE_SIZE + 1)
    return Page(
        rows[:PAGE_SIZE], has_newer=False, has_older=len(rows) > PAGE_SIZE, query=kept.urlencode()
    )


def _before(walk: KeysetSource, place: Cursor, query: str) -> Page:
    rows = walk.older(place, PAGE_SIZE + 1)
    if not rows:
        raise Http404("No such page.")
    return Page(
        rows[:PAGE_SIZE],
        has_newer=True,
        has_older=len(rows) > PAGE_SIZE,
        query=query,
        place=f"before={place}",
    )


def _after(walk: KeysetSource, place: Cursor, query: str) -> Page | None:
    """The page that ends before `place`, or None if that is the first one."""
    rows = walk.newer(place, PAGE_SIZE + 1)
    if len(rows) <= PAGE_SIZE:
        return None
    return Page(
        rows[PAGE_SIZE - 1 :: -1],
        has_newer=True,
        has_older=True,
        query=query,
        place=f"after={place}",
    )
