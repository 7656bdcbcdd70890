"""
What every page shows, such as the menu: read from the database once, and again when something in it changed.

One small query a page says whether anything did, for all of them together. It is asked in the page’s own view of the
database, so a page never mixes what it read with what was read before a change.
"""

import functools
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, ParamSpec, TypeVar

from django.db.models import Count, Max
from django.utils import timezone

from pagecache.context import Recording, current, recording
from pagecache.models import Change

Args = ParamSpec("Args")
Value = TypeVar("Value")
Versions = dict[str, tuple[int, int]]


@dataclass
class Kept(Generic[Value]):
    value: Value
    versions: Versions
    made_of: Recording


_all_keys: set[str] = set()
_all_kept: list[dict[Any, Any]] = []
_lock = threading.Lock()
MOST_KEPT = 200  # of one function, for different arguments


def shared(*keys: str) -> Callable[[Callable[Args, Value]], Callable[Args, Value]]:
    """Keep what a function returns until something that `keys` name changes. Nobody may change what it returns."""
    _all_keys.update(keys)

    def decorate(make: Callable[Args, Value]) -> Callable[Args, Value]:
        kept: dict[Any, Kept[Value]] = {}
        _all_kept.append(kept)

        @functools.wraps(make)
        def get(*args: Args.args, **kwargs: Args.kwargs) -> Value:
            page = current()
            if page is None:
                return make(*args, **kwargs)
            versions = _versions(page, keys)
            found = kept.get(args)
            if found is None or found.versions != versions or _is_of_another_time(found.made_of, page):
                found = _make(lambda: make(*args, **kwargs), versions, page.began_at)
                with _lock:
                    if len(kept) >= MOST_KEPT:
                        kept.clear()
                    kept[args] = found
            page.include(found.made_of)
            return found.value

        return get

    return decorate


def forget() -> None:
    """Begin as a new process does: for tests, whose databases number their changes alike."""
    with _lock:
        for kept in _all_kept:
            kept.clear()


def _make(make: Callable[[], Value], versions: Versions, began_at: datetime) -> Kept[Value]:
    made_of = Recording(began_at=began_at)
    with recording(made_of):
        value = make()
    return Kept(value, versions, made_of)


def _is_of_another_time(made_of: Recording, page: Recording) -> bool:
    """What is over; and what began after the page did, which may have missed what comes between."""
    is_over = made_of.changes_at is not None and made_of.changes_at <= timezone.now()
    return is_over or made_of.began_at > page.began_at


def _versions(page: Recording, keys: Collection[str]) -> Versions:
    """The newest change of each key: asked once a page for all that is shared, before anything kept is used."""
    if not page.versions.keys() >= set(keys):
        # Counted as well: in PostgreSQL a change with a lower number may be committed after one with a higher.
        rows = Change.objects.filter(key__in=_all_keys).values_list("key").annotate(Max("id"), Count("id"))
        page.versions = dict.fromkeys(_all_keys, (0, 0)) | {key: (last, count) for key, last, count in rows}
    return {key: page.versions[key] for key in keys}
