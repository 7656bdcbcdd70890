"""The clock: what is due is queued, once, and what died is given back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from newsletter.subscribing import mails
from newsroom import scheduler
from newsroom.models import Heartbeat, PeriodicJob
from newsroom.operations import health

from ..comments.test_races import at_once
from ..factories import PublishedArticleFactory, QuoteFactory

JOB = scheduler.Job("test", timedelta(minutes=2), scheduler.worker_heartbeat)


@pytest.fixture(autouse=True)
def _database_queue(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.mark.django_db
def test_a_job_is_queued_when_it_is_due_and_not_before(noon):
    assert scheduler.tick([JOB]) == ["test"]
    DBTaskResult.objects.update(status="SUCCESSFUL")
    noon.shift(119)
    assert scheduler.tick([JOB]) == []
    noon.shift(1)
    assert scheduler.tick([JOB]) == ["test"]


@pytest.mark.django_db
def test_a_tick_with_nothing_to_do_takes_two_small_reads(noon, django_assert_num_queries):
    scheduler.tick([JOB])
    with django_assert_num_queries(2):
        scheduler.tick([JOB])


@pytest.mark.django_db
def test_nothing_piles_up_while_the_worker_is_away(noon):
    for _ in range(5):
        scheduler.tick([JOB])
        noon.shift(600)
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_clocks_queue_a_job_once():
    PeriodicJob.objects.create(name="test", next_run_at=timezone.now())
    started = at_once(6, lambda _: scheduler.tick([JOB]))
    assert sum(len(names) for names in started) == 1
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db
def test_what_a_killed_worker_began_goes_back_to_the_queue(noon):
    scheduler.worker_heartbeat.enqueue()
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now())
    noon.shift(scheduler.ABANDONED_AFTER.total_seconds() - 1)
    scheduler.tidy_queue.call()
    assert DBTaskResult.objects.get().status == "RUNNING"
    noon.shift(2)
    scheduler.tidy_queue.call()
    assert DBTaskResult.objects.get().status == "READY"


@pytest.mark.django_db
def test_all_real_jobs_can_be_queued_and_run(noon):
    assert len(scheduler.tick()) == len(scheduler.JOBS) - 2  # No story and no newsletter is due.
    PublishedArticleFactory(expires_at=timezone.now())
    assert scheduler.tick() == ["what is due"]
    for job in scheduler.JOBS:
        job.task.call()


@pytest.mark.django_db
def test_silence_and_old_prices_are_reported(noon):
    scheduler.beat("scheduler")
    scheduler.beat("worker")
    QuoteFactory()
    assert health.reasons_not_ready(timezone.now()) == []
    noon.shift(200)
    reasons = health.reasons_not_ready(timezone.now())
    assert len(reasons) == 2
    noon.shift(1000)
    assert "The newest price is of 22 November, 12:00 UTC." in health.reasons_not_ready(
        timezone.now()
    )
    Heartbeat.objects.all().delete()
    assert "The worker never started." in health.reasons_not_ready(timezone.now())


@pytest.mark.django_db
def test_a_job_that_failed_is_tried_again_later_and_not_for_ever(noon):
    """A mail that the server would not take is not lost."""
    mails.mail_answer.enqueue(1)
    waits = []
    for tries in range(1, 8):
        fail(tries)
        scheduler.tidy_queue.call()
        task = DBTaskResult.objects.get()
        if task.status == "READY":
            waits.append((task.run_after - timezone.now()).total_seconds() / 60)
    assert waits == [5, 10, 20, 40]


@pytest.mark.django_db
def test_a_periodic_job_that_failed_runs_again_when_it_is_due(noon):
    """Waiting for another try, it would keep the clock from starting it."""
    scheduler.tick([JOB])
    fail(1)
    scheduler.tidy_queue.call()
    noon.shift(120)
    assert scheduler.tick([JOB]) == ["test"]


@pytest.mark.django_db
def test_what_kills_every_worker_is_given_up(noon):
    mails.mail_answer.enqueue(1)
    DBTaskResult.objects.update(
        status="RUNNING", started_at=timezone.now(), worker_ids=["worker"] * 5
    )
    noon.shift(scheduler.ABANDONED_AFTER.total_seconds() + 1)
    scheduler.tidy_queue.call()
    assert DBTaskResult.objects.get().status == "FAILED"


def fail(tries: int) -> None:
    DBTaskResult.objects.update(
        status="FAILED",
        finished_at=timezone.now(),
        worker_ids=["worker"] * tries,
        run_after=timezone.now(),
    )
