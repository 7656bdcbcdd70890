"""Stores that outlive a process, so that a new one starts warm: files, or Redis. Losing a store
costs time only.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django_tasks import task

from pagecache.cached_page import CachedPage

logger = logging.getLogger(__name__)

LIFETIME = 86_400  # seconds
LEFT_ALONE_FOR = 5.0  # seconds after Redis failed
TIMEOUT = 0.5  # seconds that a reader waits for Redis
LOCKS = 64
TIDIED_EVERY = 600.0  # seconds, by the scheduler’s job below
LONGEST_WAIT = 10.0  # seconds for another process to make the same page


class Store(Protocol):
    def get(self, address: str) -> CachedPage | None: ...
    def put(self, address: str, page: CachedPage) -> None: ...


def from_settings() -> Store:
    if settings.REDIS_URL:
        return RedisStore(settings.REDIS_URL)
    return FileStore(settings.DATA_DIR / "pages")


class FileStore:
    """A folder for each release of the code, a file for each page."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.folder = folder / release()
        self._written = 0
        self._tidied_at = time.monotonic()

    def get(self, address: str) -> CachedPage | None:
        try:
            return CachedPage.from_bytes(self._path(address).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, address: str, page: CachedPage) -> None:
        """Whole or not at all: a reader never sees half a file."""
        path, data = self._path(address), page.to_bytes()
        if not self._has_room(len(data)):
            return
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
        name = hashlib.blake2b(address.encode(), digest_size=16).hexdigest()
        return self.folder / name[:2] / name


class RedisStore:
    def __init__(self, url: str) -> None:
        import redis

        self.failure = redis.RedisError
        self.client: Any = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
        )
        self.prefix = f"page:{release()}:"
        self.left_alone_until = 0.0

    def get(self, address: str) -> CachedPage | None:
        data = self._ask("get", self.prefix + address)
        try:
            return CachedPage.from_bytes(data) if data else None
        except ValueError:
            return None

    def put(self, address: str, page: CachedPage) -> None:
        # Beyond that it is not taken any more.
        seconds = max(1, int(page.refresh_at - time.time()))
        self._ask("set", self.prefix + address, page.to_bytes(), ex=min(seconds, LIFETIME))

    def _ask(self, command: str, *args: Any, **options: Any) -> Any:
        """None when Redis does not answer; it is then left alone for a while, so that nobody waits
        for it again.
        """
        if time.monotonic() < self.left_alone_until:
            return None
        try:
            return getattr(self.client, command)(*args, **options)
        except (self.failure, OSError) as error:
            self.left_alone_until = time.monotonic() + LEFT_ALONE_FOR
            logger.warning("Redis does not answer", extra={"reason": str(error)[:200]})
            return None


@cache
def release() -> str:
    """A name for this code with these settings. Pages that other code made are not shown."""
    digest = hashlib.blake2b(f"{settings.SITE_URL}:{settings.CDN}".encode(), digest_size=8)
    for folder in (*settings.CODE_FOLDERS, settings.STATIC_ROOT):
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix in (".py", ".html", ".txt", ".json", ".sources"):
                with contextlib.suppress(OSError):
                    found = path.stat()
                    digest.update(f"{path}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


@task()
def tidy_files() -> int:
    return tidy(settings.DATA_DIR / "pages", most_bytes())


def most_bytes() -> int:
    """Return the bytes that the files of kept pages may take."""
    return int(settings.PAGE_CACHE_MB * settings.PAGE_FILES_PER_MEMORY * 1_000_000)


def tidy(folder: Path, most_bytes: int) -> int:
    """Delete pages of other releases and of yesterday, then the oldest above `most_bytes`. Returns
    how many went.
    """
    gone = 0
    current = folder / release()
    with contextlib.suppress(OSError):
        for other in folder.iterdir():
            if (
                other.is_dir()
                and other != current
                and other.stat().st_mtime < time.time() - LIFETIME
            ):
                shutil.rmtree(other, ignore_errors=True)
    files = []
    for path in folder.glob("*/*/*"):
        with contextlib.suppress(OSError):
            found = path.stat()
            files.append((found.st_mtime, found.st_size, path))
    held = 0
    for modified, size, path in sorted(files, reverse=True):
        held += size
        if held > most_bytes or modified < time.time() - LIFETIME:
            with contextlib.suppress(OSError):
                path.unlink()
                gone += 1
    return gone


@contextlib.contextmanager
def only_process(address: str) -> Iterator[bool]:
    """While this lasts no other process of this machine makes the page. Yields whether we had to
    wait for one.

    A process that dies lets go. One that takes too long is not waited for.
    """
    try:
        folder = settings.DATA_DIR / "locks"
        folder.mkdir(exist_ok=True)
        number = hashlib.blake2b(address.encode(), digest_size=2).digest()[0] % LOCKS
        file = (folder / f"page-{number}").open("wb")
    except OSError:
        yield False
        return
    with file:
        yield _lock(file, time.monotonic() + LONGEST_WAIT)


def _lock(file: Any, deadline: float) -> bool:
    waited = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            waited = True
            if time.monotonic() > deadline:
                return waited
            time.sleep(0.01)
        else:
            return waited
