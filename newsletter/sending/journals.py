"""
Journals of the mails that workers were handing over when they were killed.

The row of a mail is marked in the database before its last bytes are sent, and a worker may be
killed in between. So right before it sends them it writes the number of the mail into a file of its
own, which outlives it: two calls of the system, one after the other, instead of a transaction. A
lock on the file tells whether its worker lives.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

DIGITS = 20
KEPT_FOR = 7 * 24 * 3600.0  # seconds; an issue may be paused for long


class Journal:
    """Of one worker’s turn at one issue."""

    def __init__(self, file: int) -> None:
        self._file = file

    def about_to_send(self, delivery: int) -> None:
        os.pwrite(self._file, f"{delivery:0{DIGITS}d}".encode(), 0)


@contextmanager
def journal(claim: str) -> Iterator[Journal]:
    """Gone when the turn ends in any way but a kill."""
    path = _path(claim)
    path.parent.mkdir(exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield Journal(file)
    finally:
        path.unlink(missing_ok=True)
        os.close(file)


def was_surely_not_sent(claim: str, delivery: int) -> bool:
    """Return whether the worker of a turn is dead, on this machine, and had not begun to send the
    end of this mail.
    """
    try:
        file = os.open(_path(claim), os.O_RDONLY)
    except OSError:
        return False  # It ended in order, or stood on another machine.
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.pread(file, DIGITS, 0) != f"{delivery:0{DIGITS}d}".encode()
    except OSError:
        return False  # It lives.
    finally:
        os.close(file)


def tidy() -> None:
    """Forget journals of workers that were killed long ago."""
    for path in _folder().glob("*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - KEPT_FOR:
                path.unlink()


def _path(claim: str) -> Path:
    return _folder() / claim


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "newsletters"
