"""Periodic jobs: what is due is put in the queue, once, however many schedulers run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from advertising.billing import billing_mails, credit_notes, orders
from advertising.campaigns import campaign_mails, pinning, running
from advertising.measurement import anomalies, reach, report_mails
from articles.publishing import autosaves, trash, workflow
from audience import most_read, weekly_report
from audience.counting import retention
from comments import notifications
from comments.posting import confirmation, verified_commenters
from comments.privacy import ip_anonymisation
from core import bounces, mailboxes
from newsletter.composing import drafts
from newsletter.sending import batches
from newsletter.statistics import clicks
from newsletter.subscribing import forgetting, signing_up
from newsroom.models import Heartbeat, PeriodicJob
from newsroom.operations import jobs, log_ins, query_statistics
from pagecache import invalidation
from pagecache.stores import files
from ticker.polling import coin_catalogue, history, poller

BEAT_EVERY = timedelta(seconds=10)
DONE_KEPT_FOR = timedelta(days=1)
FAILED_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class RecurringJob:
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
    RecurringJob("worker heartbeat", timedelta(seconds=30), worker_heartbeat),
    RecurringJob(
        "refresh quotes",
        timedelta(seconds=10),
        poller.refresh_in_background,
        only_if=poller.is_due,
    ),
    RecurringJob(
        "prices of a year",
        timedelta(minutes=1),
        history.refresh_in_background,
        only_if=history.is_due,
    ),
    RecurringJob(
        "check coins",
        timedelta(hours=1),
        coin_catalogue.check_in_background,
        only_if=coin_catalogue.is_due,
    ),
    RecurringJob(
        "what is due",
        timedelta(seconds=1),
        workflow.carry_out_schedule,
        only_if=workflow.has_due,
    ),
    RecurringJob("what came out", timedelta(minutes=1), workflow.note_what_came_out),
    RecurringJob("empty the trash", timedelta(hours=6), trash.empty),
    RecurringJob("forget unsaved text", timedelta(hours=6), autosaves.forget_old_autosaves),
    RecurringJob("forget page changes", timedelta(minutes=10), invalidation.prune_log),
    RecurringJob("tidy cached pages", timedelta(minutes=10), files.tidy_files),
    RecurringJob("statistics for queries", timedelta(hours=6), query_statistics.refresh),
    RecurringJob("tidy accounts", timedelta(hours=6), log_ins.tidy_accounts),
    RecurringJob("read bounces", timedelta(minutes=5), bounces.read_mailbox, only_if=bounces.is_on),
    RecurringJob("forget old mailboxes", timedelta(days=1), mailboxes.forget_old),
    RecurringJob("tidy the queue", timedelta(minutes=5), tidy_queue),
    RecurringJob("forget unconfirmed comments", timedelta(hours=1), confirmation.forget_expired),
    RecurringJob("forget readers of long ago", timedelta(hours=6), verified_commenters.forget_old),
    RecurringJob(
        "tell of many replies together", timedelta(minutes=5), notifications.tell_together
    ),
    RecurringJob(
        "anonymise IP addresses", timedelta(hours=6), ip_anonymisation.anonymise_ip_addresses
    ),
    RecurringJob("work out what is most read", timedelta(minutes=5), most_read.work_out),
    RecurringJob("forget views of hours ago", timedelta(minutes=10), retention.forget_old),
    RecurringJob(
        "mail what was read",
        timedelta(hours=1),
        weekly_report.mail_week,
        only_if=weekly_report.is_due,
    ),
    RecurringJob("settle the days of advertising", timedelta(hours=1), reach.settle_days),
    RecurringJob("look at approved pictures", timedelta(hours=6), pinning.look_at_pictures),
    RecurringJob("order what runs", timedelta(hours=6), orders.order_what_runs),
    RecurringJob("settle what ended", timedelta(hours=6), running.settle_what_ended),
    RecurringJob("tell what began", timedelta(minutes=10), campaign_mails.tell_what_began),
    RecurringJob("remind of invoices", timedelta(hours=6), billing_mails.remind),
    RecurringJob(
        "find runs that was under-delivered", timedelta(hours=6), credit_notes.find_shortfalls
    ),
    RecurringJob("look for odd traffic", timedelta(hours=1), anomalies.look),
    RecurringJob("mail figures to advertisers", timedelta(hours=1), report_mails.mail_reports),
    RecurringJob(
        "send newsletters",
        timedelta(seconds=1),
        batches.send_some,
        only_if=batches.has_work,
    ),
    RecurringJob("compose newsletters", timedelta(minutes=1), drafts.compose_due),
    RecurringJob(
        "answer sign-ups that waited",
        timedelta(minutes=1),
        signing_up.answer_owed,
        only_if=signing_up.is_owing,
    ),
    RecurringJob("count clicks in newsletters", timedelta(minutes=5), clicks.settle),
    RecurringJob("forget readers of newsletters", timedelta(hours=6), forgetting.forget_readers),
)


def beat(name: str) -> None:
    """Leave a sign of life, unless the last one is fresh: it ticks every second and need not write
    as often.
    """
    now = timezone.now()
    if not Heartbeat.objects.filter(name=name, at__gt=now - BEAT_EVERY).exists():
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def tick(periodic: Iterable[RecurringJob] = JOBS) -> list[str]:
    """Enqueue every job that is due and return their names. Two small reads when none is."""
    beat("scheduler")
    now = timezone.now()
    next_runs = dict(PeriodicJob.objects.values_list("name", "next_run_at"))
    due = [job for job in periodic if next_runs.get(job.name, now) <= now]
    return [job.name for job in due if job.only_if() and _claim(job, now) and _enqueue(job)]


def _claim(job: RecurringJob, now: datetime) -> bool:
    PeriodicJob.objects.get_or_create(name=job.name, defaults={"next_run_at": now})
    due = PeriodicJob.objects.filter(name=job.name, next_run_at__lte=now)
    return due.update(next_run_at=now + job.every, last_started_at=now) == 1


def _enqueue(job: RecurringJob) -> bool:
    """Nothing piles up while the worker is away: a job already waiting is not queued again."""
    waiting = DBTaskResult.objects.filter(task_path=job.task.module_path, status="READY")
    if waiting.exists():
        return False
    job.task.enqueue()
    return True
