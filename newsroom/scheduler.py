"""Periodic jobs: what is due is put in the queue, once, however many schedulers run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from advertising.billing import credit_notes, orders
from advertising.campaigns import pinning
from advertising.measurement import anomalies, reach, report_mails
from articles.publishing import autosaves, workflow
from comments import notifications
from comments.posting import confirmation, verified_commenters
from comments.privacy import ip_anonymisation
from newsletter.composing import drafts
from newsletter.sending import batches
from newsletter.statistics import clicks
from newsletter.subscribing import forgetting
from newsroom.models import Heartbeat, PeriodicJob
from newsroom.operations import jobs, log_ins, query_statistics
from pagecache import invalidation
from pagecache.stores import files
from ticker.polling import coin_catalogue, history, poller

BEAT_EVERY = timedelta(seconds=10)
DONE_KEPT_FOR = timedelta(days=1)
FAILED_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    task: Task[Any, Any]
    # Asked at every tick, so it must be a look into an index.
    only_if: Callable[[], bool] = lambda: True


@task()
def worker_heartbeat() -> None:
    beat("worker")


@task()
def tidy_queue() -> None:
    """Give back to the queue what a killed worker had begun, and forget what was done long ago."""
    now = timezone.now()
    jobs.give_back(DBTaskResult.objects.filter(started_at__lt=now - jobs.ABANDONED_AFTER), now)
    done = DBTaskResult.objects.filter(status="SUCCESSFUL", finished_at__lt=now - DONE_KEPT_FOR)
    done.delete()
    jobs.failures().filter(finished_at__lt=now - FAILED_KEPT_FOR).delete()


JOBS = (
    Job("worker heartbeat", timedelta(seconds=30), worker_heartbeat),
    Job(
        "refresh quotes",
        timedelta(seconds=10),
        poller.refresh_in_background,
        only_if=poller.is_due,
    ),
    Job(
        "prices of a year",
        timedelta(minutes=1),
        history.refresh_in_background,
        only_if=history.is_due,
    ),
    Job(
        "check coins",
        timedelta(hours=1),
        coin_catalogue.check_in_background,
        only_if=coin_catalogue.is_due,
    ),
    Job(
        "what is due",
        timedelta(seconds=1),
        workflow.carry_out_schedule,
        only_if=workflow.has_due,
    ),
    Job("what came out", timedelta(minutes=1), workflow.note_what_came_out),
    Job("forget unsaved text", timedelta(hours=6), autosaves.forget_old_copies),
    Job("forget page changes", timedelta(minutes=10), invalidation.prune_log),
    Job("tidy kept pages", timedelta(minutes=10), files.tidy_files),
    Job("statistics for queries", timedelta(hours=6), query_statistics.refresh),
    Job("tidy accounts", timedelta(hours=6), log_ins.tidy_accounts),
    Job("tidy the queue", timedelta(minutes=5), tidy_queue),
    Job("forget unconfirmed comments", timedelta(hours=1), confirmation.forget_expired),
    Job("forget readers of long ago", timedelta(hours=6), verified_commenters.forget_old),
    Job("tell of many replies together", timedelta(minutes=5), notifications.tell_together),
    Job("anonymise IP addresses", timedelta(hours=6), ip_anonymisation.anonymise_ip_addresses),
    Job("settle the days of advertising", timedelta(hours=1), reach.settle_days),
    Job("look at approved pictures", timedelta(hours=6), pinning.look_at_pictures),
    Job("order what runs", timedelta(hours=6), orders.order_what_runs),
    Job("find runs that was under-delivered", timedelta(hours=6), credit_notes.find_shortfalls),
    Job("look for odd traffic", timedelta(hours=1), anomalies.look),
    Job("mail figures to advertisers", timedelta(hours=1), report_mails.mail_reports),
    Job(
        "send newsletters",
        timedelta(seconds=1),
        batches.send_some,
        only_if=batches.has_work,
    ),
    Job("compose newsletters", timedelta(minutes=1), drafts.compose_due),
    Job("count clicks in newsletters", timedelta(minutes=5), clicks.settle),
    Job("forget readers of newsletters", timedelta(hours=6), forgetting.forget_readers),
)


def beat(name: str) -> None:
    """Leave a sign of life, unless the last one is fresh: it ticks every second and need not write
    as often.
    """
    now = timezone.now()
    if not Heartbeat.objects.filter(name=name, at__gt=now - BEAT_EVERY).exists():
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def tick(periodic: Iterable[Job] = JOBS) -> list[str]:
    """Enqueue every job that is due and return their names. Two small reads when none is."""
    beat("scheduler")
    now = timezone.now()
    next_runs = dict(PeriodicJob.objects.values_list("name", "next_run_at"))
    due = [job for job in periodic if next_runs.get(job.name, now) <= now]
    return [job.name for job in due if job.only_if() and _claim(job, now) and _enqueue(job)]


def _claim(job: Job, now: datetime) -> bool:
    PeriodicJob.objects.get_or_create(name=job.name, defaults={"next_run_at": now})
    due = PeriodicJob.objects.filter(name=job.name, next_run_at__lte=now)
    return due.update(next_run_at=now + job.every, last_started_at=now) == 1


def _enqueue(job: Job) -> bool:
    """Nothing piles up while the worker is away: a job already waiting is not queued again."""
    waiting = DBTaskResult.objects.filter(task_path=job.task.module_path, status="READY")
    if waiting.exists():
        return False
    job.task.enqueue()
    return True
