"""
Offers, counted without a query in the request that makes them.

An offer is a line appended to a journal of the process before the answer goes out; from then on it survives the
process. Twice a second a thread adds what is new to the ledger, together with how far it has come, in one
transaction: so a line is added once, whatever is killed when. What a killed process left behind is added by the
others on its machine; a lock that dies with its process says whose journal is whose.
"""

import errno
import fcntl
import logging
import os
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from advertising.measurement import ledger
from advertising.models import Action, FoldedJournal
from pagecache import invalidation

logger = logging.getLogger(__name__)

FOLD_EVERY = 0.5  # seconds
LOOK_FOR_LEFTOVERS_EVERY = 60  # folds
LARGEST = 4_000_000  # bytes, then a new journal is begun

Offer = tuple[int, str, str]  # placement, slot, reason


def folder() -> Path:
    return Path(settings.DATA_DIR) / "offers"


class Journal:
    """One file of one process."""

    def __init__(self) -> None:
        folder().mkdir(parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        # Locked before it has the name by which others look for what was left behind.
        hidden = folder() / f"{name}.new"
        self.path = folder() / f"{name}.offers"
        self._file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        hidden.rename(self.path)

    def append(self, offers: Iterable[Offer]) -> None:
        day = timezone.now().date().isoformat()
        lines = "".join(f"{placement} {slot} {day} {reason}\n" for placement, slot, reason in offers)
        content = lines.encode()
        written = os.write(self._file, content)
        if written < len(content):  # The disk is full: half a line would spoil the next.
            os.ftruncate(self._file, os.fstat(self._file).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @property
    def is_full(self) -> bool:
        return os.fstat(self._file).st_size > LARGEST

    def close(self) -> None:
        os.close(self._file)


def fold(path: Path) -> int:
    """Add the lines of a journal that are new to the ledger. Return how far it is folded."""
    with transaction.atomic():
        mark, _ = FoldedJournal.objects.get_or_create(name=path.name, defaults={"offset": 0})
        mark = FoldedJournal.objects.select_for_update().get(pk=mark.pk)
        with path.open("rb") as file:
            file.seek(mark.offset)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]  # A line that is being written is left for the next time.
        if whole:
            ledger.add(Counter(_lines(whole)))
            mark.offset += len(whole)
            mark.save()
    return mark.offset


def _lines(content: bytes) -> Iterator[ledger.Line]:
    for line in content.decode(errors="replace").splitlines():
        try:
            placement, slot, day, reason = line.split(" ")
            yield int(placement), slot, date.fromisoformat(day), Action.OFFERED.value, reason
        except ValueError:
            logger.warning("a line of a journal cannot be read", extra={"line": line[:80]})


def fold_leftovers() -> int:
    """Fold and delete the journals whose processes are gone. Return how many there were."""
    found = 0
    for path in sorted(folder().glob("*.offers")):
        try:
            found += _fold_leftover(path)
        except FileNotFoundError:
            continue  # Another process was quicker.
        except DatabaseError:
            raise
        except Exception:
            logger.exception("a journal cannot be folded", extra={"journal": path.name})
    return found


def _fold_leftover(path: Path) -> bool:
    """False while its process lives."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fold(path)
        path.unlink(missing_ok=True)
    # The file is gone and its name is never used again. Other machines have journals of their own in this table.
    FoldedJournal.objects.filter(name=path.name).delete()
    return True


class Offers:
    """The journal of this process, and the thread that folds it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._process = 0
        self._new = threading.Event()

    def note(self, offers: list[Offer]) -> None:
        """Raises OSError when the disk takes no more: nothing is offered that is not counted."""
        if not offers:
            return
        if invalidation.listening() is None:
            self._count_now(offers)
            return
        with self._lock:
            self._own_journal().append(offers)
        self._new.set()

    def _count_now(self, offers: list[Offer]) -> None:
        """In a process that serves no readers, such as a test, there is no thread to wait for."""
        today = timezone.now().date()
        lines = ((placement, slot, today, Action.OFFERED.value, reason) for placement, slot, reason in offers)
        with transaction.atomic():
            ledger.add(Counter(lines))

    def _own_journal(self) -> Journal:
        """A journal and a thread of our own: not those of a parent that we were forked from."""
        if self._journal is None or self._process != os.getpid():
            self._process, self._journal = os.getpid(), Journal()
            threading.Thread(target=self._run, name="offers", daemon=True).start()
        elif self._journal.is_full:
            self._journal.close()  # From now on it is a leftover.
            self._journal = Journal()
        return self._journal

    def _run(self) -> None:
        folds = 0
        try:
            while True:
                self._new.wait()
                self._new.clear()
                self._fold(with_leftovers=folds % LOOK_FOR_LEFTOVERS_EVERY == 0)
                folds += 1
                threading.Event().wait(FOLD_EVERY)
        finally:
            connections.close_all()

    def _fold(self, with_leftovers: bool) -> None:
        try:
            with self._lock:
                path = self._journal.path if self._journal else None
            if path:
                fold(path)
            if with_leftovers:
                fold_leftovers()
        except DatabaseError as error:
            logger.warning("offers wait for the database", extra={"reason": str(error)[:200]})
            connection.close()
            self._new.set()
        except Exception:
            logger.exception("offers cannot be folded")
            connection.close()


offers = Offers()
