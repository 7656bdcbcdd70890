"""Pages in files, so that a new process starts warm."""

import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from django.conf import settings
from django_tasks import task

from pagecache.cached_page import CachedPage
from pagecache.stores.base import CHANGES_KEPT_FOR, LIFETIME, release

logger = logging.getLogger(__name__)

CHANGES, NEWEST = "changes", "newest-change"  # beside the folders of releases
TIDIED_EVERY = 600.0  # seconds, by the scheduler’s job below


class FileStore:
    """A folder for each release of the code, a file for each page; a file for each key that changed."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.folder = folder / release()
        self.changes = folder / CHANGES
        self._written = 0
        self._tidied_at = time.monotonic()

    def get(self, address: str) -> CachedPage | None:
        try:
            return CachedPage.from_bytes(self._path(address).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, address: str, page: CachedPage) -> None:
        """Whole or not at all: a reader never sees half a file."""
        data = page.to_bytes()
        if self._has_room(len(data)):
            self._write(self._path(address), data)

    def note_changes(self, changes: Mapping[str, int]) -> None:
        for key, number in changes.items():
            self._write(self._change(key), str(number).encode())
        newest = max(changes.values(), default=0)
        if newest > self.newest_change():
            self._write(self.root / NEWEST, str(newest).encode())

    def has_changed(self, since: int, keys: Collection[str]) -> bool:
        return any(_number(self._change(key)) > since for key in keys)

    def newest_change(self) -> int:
        return _number(self.root / NEWEST)

    def clear(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def _write(self, path: Path, data: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(data)
            os.replace(file.name, path)
        except OSError as error:
            logger.warning("a page could not be kept in a file", extra={"reason": str(error)[:200]})

    def _has_room(self, size: int) -> bool:
        """Until the folder is tidied no more is written than it may hold: robots invent addresses
        faster than that.
        """
        now = time.monotonic()
        if now - self._tidied_at > TIDIED_EVERY:
            self._written, self._tidied_at = 0, now
        self._written += size
        return self._written <= most_bytes()

    def _path(self, address: str) -> Path:
        return self.folder / _name(address)[:2] / _name(address)

    def _change(self, key: str) -> Path:
        return self.changes / _name(key)[:2] / _name(key)


def _name(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _number(path: Path) -> int:
    """The number in a file; 0 without one."""
    try:
        return int(path.read_bytes())
    except (OSError, ValueError):
        return 0


@task()
def tidy_files() -> int:
    return tidy(settings.DATA_DIR / "pages", most_bytes())


def most_bytes() -> int:
    """Return the bytes that the files of cached pages may take."""
    return int(settings.PAGE_CACHE_MB * settings.PAGE_FILES_PER_MEMORY * 1_000_000)


def tidy(folder: Path, most_bytes: int) -> int:
    """Delete pages of other releases and of yesterday, then the oldest above `most_bytes`, and notes
    of changes that no page is older than. Returns how many files went.
    """
    now = time.time()
    with contextlib.suppress(OSError):
        for other in folder.iterdir():
            is_current = other.name in (release(), CHANGES, NEWEST)
            if not is_current and other.stat().st_mtime < now - LIFETIME:
                shutil.rmtree(other, ignore_errors=True)
    changes = [found for found in _files(folder / CHANGES) if found[0] < now - CHANGES_KEPT_FOR]
    pages, held = [], 0
    for release_folder in (path for path in folder.glob("*") if path.name != CHANGES):
        pages += _files(release_folder)
    too_old = []
    for modified, size, path in sorted(pages, reverse=True):
        held += size
        if held > most_bytes or modified < now - LIFETIME:
            too_old.append((modified, size, path))
    return sum(_delete(path) for _, _, path in [*changes, *too_old])


def _files(folder: Path) -> list[tuple[float, int, Path]]:
    """The time at which each file of a folder's folders was written, its size and path."""
    files = []
    for path in folder.glob("*/*"):
        with contextlib.suppress(OSError):
            found = path.stat()
            files.append((found.st_mtime, found.st_size, path))
    return files


def _delete(path: Path) -> bool:
    with contextlib.suppress(OSError):
        path.unlink()
        return True
    return False
