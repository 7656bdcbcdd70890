"""
Following of jobs: one that fails is logged, tried again ever later, or ends and is shown on the
desk.

A job that failed for good has the status FAILED; one that will be tried again waits as READY.
"""

import contextlib
import logging
import re
import secrets
import signal
import socket
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResult
from django_tasks.signals import task_finished, task_started
from django_tasks_db.models import DBTaskResult

from core.jobs import PermanentFailure
from core.locks import file_lock

logger = logging.getLogger(__name__)

DEFAULT, PICTURES = "default", "pictures"
QUEUES = (DEFAULT, PICTURES)
MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=5)  # after the first failure; twice as long after each other
TIME_LIMIT = 8 * 60  # seconds
ABANDONED_AFTER = timedelta(minutes=10)  # longer than a job may take
LATE_AFTER = timedelta(minutes=5)
MOST_WORKERS = 100  # on one machine
# A repetition needs other circumstances; these are what they are.
PERMANENT = (PermanentFailure, FileNotFoundError)
_ADDRESS = re.compile(r"[^\s@<>\"'(){}\[\],;:]{1,64}@[^\s@<>\"'(){}\[\],;:]{1,255}")


class JobTimeout(Exception):
    """The job took longer than TIME_LIMIT."""


# --- Failing ------------------------------------------------------------------------------


def stop_clock() -> None:
    """No job runs in this process any more."""
    signal.alarm(0)


class JobFollower:
    """Follows every job of this process, which is a worker."""

    def __init__(self, periodic: Collection[str]) -> None:
        """`periodic` are the paths of jobs that the scheduler itself starts again."""
        self.periodic = periodic

    def connect(self) -> None:
        """Until the process ends: Django holds receivers weakly, and nobody else holds this one."""
        task_started.connect(self.begin, weak=False)
        task_finished.connect(self.end, weak=False)

    def begin(self, **kwargs: Any) -> None:
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(TIME_LIMIT)

    def end(self, task_result: TaskResult[Any], **kwargs: Any) -> None:
        stop_clock()
        path = task_result.task.module_path
        if task_result.status == "FAILED":
            failed = DBTaskResult.objects.get(pk=task_result.id)
            self.settle(failed, timezone.now())
        elif path in self.periodic:
            # It works again: what failed before is over.
            failures().filter(task_path=path).delete()

    def settle(self, failed: DBTaskResult[Any, Any], now: datetime) -> None:
        """Log a failure; then plan the next try, unless there is no sense in one."""
        tries = len(failed.worker_ids)
        next_try = now + FIRST_WAIT * 2 ** (tries - 1)
        ends = is_permanent(failed) or tries >= MOST_TRIES or failed.task_path in self.periodic
        logger.error(
            "a job failed",
            extra={
                "job": failed.task_path,
                "tries": tries,
                "next_try": None if ends else next_try.isoformat(timespec="seconds"),
                "traceback": without_addresses(failed.traceback),
            },
        )
        if not ends:
            failures().filter(pk=failed.pk).update(status="READY", run_after=next_try)


def _too_long(number: int, frame: FrameType | None) -> None:
    raise JobTimeout(f"It took longer than {TIME_LIMIT // 60} minutes.")


def is_permanent(failed: DBTaskResult[Any, Any]) -> bool:
    if failed.exception_class_path.endswith(".DoesNotExist"):
        return True  # What it was about was deleted meanwhile.
    try:
        kind = import_string(failed.exception_class_path)
    except ImportError:
        return False
    return isinstance(kind, type) and issubclass(kind, PERMANENT)


def without_addresses(text: str) -> str:
    """Logs name no reader."""
    return _ADDRESS.sub("…@…", text)


# --- What a killed worker leaves behind -----------------------------------------------------


def give_back(abandoned: QuerySet[DBTaskResult[Any, Any]], now: datetime) -> None:
    """Return to the queue what was begun and never ended. What killed its worker several times is
    not given to another.
    """
    for left in abandoned.filter(status="RUNNING").only("pk", "worker_ids"):
        still_running = DBTaskResult.objects.filter(pk=left.pk, status="RUNNING")
        if len(left.worker_ids) < MOST_TRIES:
            still_running.update(status="READY", started_at=None)
        else:
            still_running.update(
                status="FAILED", finished_at=now, traceback="Its worker was killed each time."
            )


def give_back_of(worker_id: str) -> None:
    """The worker of that name begins: whatever runs under it was left by one that was killed."""
    running = DBTaskResult.objects.filter(status="RUNNING").values_list("pk", "worker_ids")
    left = [pk for pk, worker_ids in running if worker_ids and worker_ids[-1] == worker_id]
    give_back(DBTaskResult.objects.filter(pk__in=left), timezone.now())


@contextlib.contextmanager
def worker_name() -> Iterator[str]:
    """A name that no other living worker has, and that the next one gets when this one is killed."""
    host = f"{socket.gethostname()[:40]}-{_id_of_data_dir()}"
    for number in range(MOST_WORKERS):
        with file_lock(f"worker-{host}-{number}", wait=False) as is_free:
            if is_free:
                yield f"{host}-{number}"
                return
    raise RuntimeError(f"{MOST_WORKERS} workers run on this machine already.")


def _id_of_data_dir() -> str:
    """Machines may be called the same; each has a DATA_DIR of its own."""
    path = settings.DATA_DIR / "worker-id"
    with file_lock("worker-id", wait=True):
        if not path.exists():
            path.write_text(secrets.token_hex(4))
        return path.read_text()


# --- What failed for good -------------------------------------------------------------------


def failures() -> QuerySet[DBTaskResult[Any, Any]]:
    """Jobs that nobody will start again unless the desk does; the newest first."""
    return DBTaskResult.objects.filter(status="FAILED").order_by("-finished_at")


def failed_and_overdue(now: datetime) -> tuple[int, int]:
    """Count the jobs that failed for good, and those that wait too long. One query."""
    since = now - LATE_AFTER
    at_once = Q(run_after__year=9999, enqueued_at__lt=since)  # what the library says for “now”
    is_late = Q(at_once | Q(run_after__lt=since), status="READY")
    is_failed = Q(status="FAILED")
    counts = DBTaskResult.objects.filter(is_failed | is_late).aggregate(
        failed=Count("pk", filter=is_failed), late=Count("pk", filter=is_late)
    )
    return counts["failed"], counts["late"]


def run_again(jobs: QuerySet[DBTaskResult[Any, Any]]) -> int:
    """Put failed jobs back into the queue, as if they were new. Returns how many."""
    return jobs.filter(status="FAILED").update(
        status="READY", run_after=timezone.now(), worker_ids=[], started_at=None, finished_at=None
    )
