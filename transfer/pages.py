"""Pages about the publication, registered by the app that has them: it stands above this one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pages:
    """`write` stores a page (key or None, title, slug, body) and returns its key; `every` gives title,
    slug, body and address of each.
    """

    write: Callable[[int | None, str, str, str], int]
    address: Callable[[int], str]
    delete: Callable[[list[int]], int]
    every: Callable[[], Iterable[tuple[str, str, str, str]]]


_registered: list[Pages] = []


def register(pages: Pages) -> None:
    _registered[:] = [pages]


def registered() -> Pages:
    return _registered[0]
