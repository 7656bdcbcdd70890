"""
Pages of a list, by plain links that stay the same.

A page begins behind a story, not at a number: however deep it lies it costs the same, and it does not move when new
stories come out. The links name the story’s time and key: ?before=1795486560000000-12.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict

PAGE_SIZE = 20
PARAMS = ("before", "after")
_PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """Where a story stands in a list that is ordered by time and key."""

    published_at: datetime
    pk: int

    @classmethod
    def of(cls, row: Any) -> "Place":
        return cls(row.published_at, row.pk)

    @classmethod
    def named(cls, text: str) -> "Place":
        """Raises Http404 for what no link of ours says."""
        match = _PLACE.fullmatch(text)
        if match is None:
            raise Http404("No such page.")
        return cls(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))

    def __str__(self) -> str:
        return f"{(self.published_at - _EPOCH) // timedelta(microseconds=1)}-{self.pk}"

    @property
    def older(self) -> Q:
        # The first condition is what the index is walked by; the second settles those of the same moment.
        return Q(published_at__lte=self.published_at) & (Q(published_at__lt=self.published_at) | Q(pk__lt=self.pk))

    @property
    def newer(self) -> Q:
        return Q(published_at__gte=self.published_at) & (Q(published_at__gt=self.published_at) | Q(pk__gt=self.pk))


@dataclass(frozen=True)
class PageOf:
    items: list[Any]
    has_newer: bool
    has_older: bool
    query: str = ""

    @property
    def is_first(self) -> bool:
        return not self.has_newer

    @property
    def older(self) -> str:
        return f"?{self._prefix}before={Place.of(self.items[-1])}"

    @property
    def newer(self) -> str:
        return f"?{self._prefix}after={Place.of(self.items[0])}"

    @property
    def _prefix(self) -> str:
        return f"{self.query}&" if self.query else ""


def page_of(queryset: QuerySet[Any], params: QueryDict, keep: dict[str, str] | None = None) -> PageOf:
    """Return the page that ?before= or ?after= names, else the first, of stories ordered newest first.

    One query: whether there is more is seen from one row more. Raises Http404 for a place that no link of ours names,
    or behind which there is nothing. `keep` stays in the links.
    """
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in (keep or {}).items() if value})
    before, after = params.get("before"), params.get("after")
    if before is not None:
        return _before(queryset, Place.named(before), kept.urlencode())
    if after is not None and (page := _after(queryset, Place.named(after), kept.urlencode())):
        return page
    rows = list(queryset[: PAGE_SIZE + 1])
    return PageOf(rows[:PAGE_SIZE], has_newer=False, has_older=len(rows) > PAGE_SIZE, query=kept.urlencode())


def _before(queryset: QuerySet[Any], place: Place, query: str) -> PageOf:
    rows = list(queryset.filter(place.older)[: PAGE_SIZE + 1])
    if not rows:
        raise Http404("No such page.")
    return PageOf(rows[:PAGE_SIZE], has_newer=True, has_older=len(rows) > PAGE_SIZE, query=query)


def _after(queryset: QuerySet[Any], place: Place, query: str) -> PageOf | None:
    """The page that ends before `place`, or None if that is the first one."""
    rows = list(queryset.filter(place.newer).order_by("published_at", "pk")[: PAGE_SIZE + 1])
    if len(rows) <= PAGE_SIZE:
        return None
    return PageOf(rows[PAGE_SIZE - 1 :: -1], has_newer=True, has_older=True, query=query)
