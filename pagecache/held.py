"""
What a process holds in its memory for answers that are no pages, until it hears that something in it changed.

A process that serves hears of changes within a fifth of a second, so using what is held asks nobody. Others, such as a
command or a test, ask with one small query whether anything changed.
"""

import functools
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db.models import Count, Max

from pagecache import invalidation
from pagecache.models import Change

Value = TypeVar("Value")

_held: list["Held[Any]"] = []


class Held(Generic[Value]):
    """Call it for the value. Nobody may change what it returns."""

    def __init__(self, make: Callable[[], Value], keys: tuple[str, ...]) -> None:
        self._make = make
        self._keys = keys
        self._lock = threading.Lock()
        self._value: list[Value] = []  # empty or one
        self._made_at: Any = None
        _held.append(self)

    def __call__(self) -> Value:
        watcher = invalidation.listening()
        if watcher is None:
            return self._by_version()
        if self._value and not self._is_old(watcher):
            return self._value[0]
        with self._lock:  # However many ask at once, it is made by one.
            if not self._value or self._is_old(watcher):
                moment = (watcher, watcher.mark()[0])
                self._value, self._made_at = [self._make()], moment
            return self._value[0]

    def _is_old(self, watcher: invalidation.Watcher) -> bool:
        """While the database cannot be asked, what is held is the best there is."""
        if watcher.is_blind:
            return False
        if not isinstance(self._made_at, tuple) or self._made_at[0] is not watcher:
            return True
        return watcher.changed_after(self._made_at[1], self._keys)

    def _by_version(self) -> Value:
        version = Change.objects.filter(key__in=self._keys).aggregate(last=Max("id"), number=Count("id"))
        if not self._value or self._made_at != version:
            self._value, self._made_at = [self._make()], version
        return self._value[0]

    def forget(self) -> None:
        self._value, self._made_at = [], None


def held(*keys: str) -> Callable[[Callable[[], Value]], Held[Value]]:
    """Hold what a function returns until something that `keys` name changes."""

    def decorate(make: Callable[[], Value]) -> Held[Value]:
        return functools.update_wrapper(Held(make, keys), make)  # type: ignore[return-value]

    return decorate


def forget() -> None:
    """Begin as a new process does: for tests, whose databases number their changes alike."""
    for value in _held:
        value.forget()
