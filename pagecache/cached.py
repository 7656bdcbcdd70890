"""
Values read from the database once, and again when something that they were made of changed.

What pages share, such as the menu, is checked with one small query a page for all of it together.
It is asked in the page’s own view of the database, so a page never mixes what it read with what was
read before a change. What answers that may cost no query need, such as the candidates of an ad
slot, trusts the listener of the process instead, which hears of changes within a fifth of a second.
"""

import functools
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, ParamSpec, TypeVar

from django.db.models import Count, Max
from django.utils import timezone

from pagecache import invalidation
from pagecache.context import RenderContext, collecting, current_context
from pagecache.models import Invalidation
from pagecache.tags import EVERYTHING

Args = ParamSpec("Args")
Value = TypeVar("Value")
Versions = dict[str, tuple[int, int]]
Maker = Callable[Args, Value]


@dataclass
class CachedValue(Generic[Value]):
    value: Value
    versions: Versions
    made_of: RenderContext
    # The listener that was asked before it was made, and where that one was then.
    heard_by: invalidation.InvalidationListener | None = None
    moment: int = 0


_all_tags: set[str] = {EVERYTHING}
_all_values: list[dict[Any, Any]] = []
_lock = threading.Lock()
MOST_KEPT = 200  # of one function, for different arguments


def cached_by_tags(
    *tags: str, listened: bool = False
) -> Callable[[Maker[Args, Value]], Maker[Args, Value]]:
    """Keep what a function returns until something that `tags` name changes. Nobody may change what
    it returns.

    With `listened` a process that serves asks no query whether it holds.
    """
    if not listened:
        _all_tags.update(tags)

    def decorate(make: Maker[Args, Value]) -> Maker[Args, Value]:
        values: dict[Any, CachedValue[Value]] = {}
        _all_values.append(values)
        get = _by_listener if listened else _by_page

        @functools.wraps(make)
        def cached(*args: Args.args, **kwargs: Args.kwargs) -> Value:
            return get(values, args, tags, lambda: make(*args, **kwargs))

        return cached

    return decorate


def clear_cached() -> None:
    """Begin as a new process does: for tests, whose databases number their changes alike."""
    with _lock:
        for values in _all_values:
            values.clear()


def _keep(values: dict[Any, CachedValue[Value]], args: Any, value: CachedValue[Value]) -> None:
    with _lock:
        if len(values) >= MOST_KEPT:
            values.clear()
        values[args] = value


# --- For pages: one query a page ------------------------------------------------------------


def _by_page(
    values: dict[Any, CachedValue[Value]],
    args: Any,
    tags: Collection[str],
    make: Callable[[], Value],
) -> Value:
    page = current_context()
    if page is None:
        return make()
    versions = _versions_of_page(page, tags)
    found = values.get(args)
    if found is None or found.versions != versions or _is_of_another_time(found.made_of, page):
        found = _make(make, versions, page.began_at)
        _keep(values, args, found)
    page.include(found.made_of)
    return found.value


def _make(make: Callable[[], Value], versions: Versions, began_at: datetime) -> CachedValue[Value]:
    made_of = RenderContext(began_at=began_at)
    with collecting(made_of):
        value = make()
    return CachedValue(value, versions, made_of)


def _is_of_another_time(made_of: RenderContext, page: RenderContext) -> bool:
    """Return whether it is over, or began after the page did and so may have missed what comes
    between.
    """
    is_over = made_of.changes_at is not None and made_of.changes_at <= timezone.now()
    return is_over or made_of.began_at > page.began_at


def _versions_of_page(page: RenderContext, tags: Collection[str]) -> Versions:
    """The newest change of each tag: asked once a page for all that is shared, before anything kept
    is used.
    """
    wanted = {EVERYTHING, *tags}
    if not page.versions.keys() >= wanted:
        page.versions = _versions(_all_tags)
    return {tag: page.versions[tag] for tag in wanted}


def _versions(tags: Collection[str]) -> Versions:
    """Counted as well: in PostgreSQL a change with a lower number may be committed after one with a
    higher.
    """
    rows = (
        Invalidation.objects.filter(key__in=tags)
        .values_list("key")
        .annotate(Max("id"), Count("id"))
    )
    return dict.fromkeys(tags, (0, 0)) | {tag: (last, count) for tag, last, count in rows}


# --- For answers without a query -------------------------------------------------------------


_one_at_a_time = threading.RLock()


def _by_listener(
    values: dict[Any, CachedValue[Value]],
    args: Any,
    tags: Collection[str],
    make: Callable[[], Value],
) -> Value:
    listener = invalidation.current_listener()
    if listener is None:  # A command, or a test.
        return _by_version(values, args, tags, make)
    if (found := values.get(args)) and not _is_outdated(found, listener, tags):
        return found.value
    with _one_at_a_time:  # However many ask at once, it is made by one.
        found = values.get(args)
        if found is None or _is_outdated(found, listener, tags):
            moment = listener.mark()[0]
            found = _make(make, {}, timezone.now())
            found.heard_by, found.moment = listener, moment
            _keep(values, args, found)
        return found.value


def _is_outdated(
    found: CachedValue[Any], listener: invalidation.InvalidationListener, tags: Collection[str]
) -> bool:
    """While the database cannot be asked, what is kept is the best there is."""
    if listener.is_blind:
        return False
    return found.heard_by is not listener or listener.changed_after(found.moment, tags)


def _by_version(
    values: dict[Any, CachedValue[Value]],
    args: Any,
    tags: Collection[str],
    make: Callable[[], Value],
) -> Value:
    versions = _versions({EVERYTHING, *tags})
    found = values.get(args)
    if found is None or found.versions != versions:
        found = _make(make, versions, timezone.now())
        _keep(values, args, found)
    return found.value
