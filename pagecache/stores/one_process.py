"""One process of this machine makes a page while the others wait for it."""

import contextlib
import fcntl
import hashlib
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings

LOCKS = 64
LONGEST_WAIT = 10.0  # seconds for another process to make the same page


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
