"""Locks between processes of one machine. The kernel gives them back when their holder dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings


@contextmanager
def file_lock(name: str, *, wait: bool) -> Iterator[bool]:
    """Hold the lock of that name. Without `wait`, yield False where another process holds it."""
    folder = settings.DATA_DIR / "locks"
    folder.mkdir(exist_ok=True)
    with (folder / name).open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
