"""The interface of stores that outlive a process. Losing one costs time only."""

import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from pagecache.cached_page import CachedPage

LIFETIME = 86_400  # seconds
CHANGES_KEPT_FOR = 3 * LIFETIME  # longer than the oldest page that is shown while something is away


class Store(Protocol):
    """Pages by address, and beside them the newest change of each key, so that without the database
    nothing is shown that was withdrawn.
    """

    def get(self, address: str) -> CachedPage | None: ...

    def put(self, address: str, page: CachedPage) -> None: ...

    def note_changes(self, changes: Mapping[str, int]) -> None:
        """Remember the number of the newest change of each key."""

    def has_changed(self, since: int, keys: Collection[str]) -> bool:
        """Return whether a change of one of `keys` after number `since` was noted."""

    def newest_change(self) -> int:
        """Return the highest number that was noted; 0 for none."""

    def clear(self) -> None:
        """Forget everything."""


@cache
def release() -> str:
    """A name for this code with these settings, the same on every machine that runs it. Pages that
    other code made are not shown.
    """
    database = settings.DATABASES["default"]
    settings_that_show = (
        *(settings.SITE_URL, settings.CDN, settings.MEDIA_URL, settings.OUTSIDE_ANALYTICS),
        # A restored copy that is tried elsewhere keeps its pages apart from those of the site.
        *(database.get("HOST"), str(database["NAME"])),
    )
    digest = hashlib.blake2b(repr(settings_that_show).encode(), digest_size=8)
    for folder in map(Path, settings.CODE_FOLDERS):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(folder.parent)}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
