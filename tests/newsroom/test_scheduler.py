"""The clock: what is due is queued, once, and what died is given back."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from newsroom import scheduler
from newsroom.models import Heartbeat, PeriodicJob
from newsroom.operations import health, jobs

from ..comments.test_races import at_once
from ..factories import PublishedArticleFactory, QuoteFactory

JOB = scheduler.RecurringJob("test", timedelta(minutes=2), scheduler.worker_heartbeat)


@pytest.fixture(autouse=True)
def _database_queue(settings):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": list(jobs.QUEUES)}
    }


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
    noon.shift(jobs.ABANDONED_AFTER.total_seconds() - 1)
    scheduler.tidy_queue.call()
    assert DBTaskResult.objects.get().status == "RUNNING"
    noon.shift(2)
    scheduler.tidy_queue.call()
    assert DBTaskResult.objects.get().status == "READY"


@pytest.mark.django_db
def test_all_real_jobs_can_be_queued_and_run(noon):
    assert (
        len(scheduler.tick()) == len(scheduler.JOBS) - 5
    )  # No story, no newsletter and no mail is due.
    PublishedArticleFactory(expires_at=timezone.now())
    assert scheduler.tick() == ["what is due"]
    for job in scheduler.JOBS:
        job.task.call()


@pytest.mark.django_db
def test_silence_and_old_prices_are_reported(noon):
    scheduler.beat("scheduler")
    scheduler.beat("worker")
    QuoteFactory()
    assert health.behind(timezone.now()) == []
    noon.shift(200)
    reasons = health.behind(timezone.now())
    assert len(reasons) == 2
    noon.shift(1000)
    assert "The newest price is of 22 November, 12:00 UTC." in health.behind(timezone.now())
    Heartbeat.objects.all().delete()
    assert "The worker never started." in health.behind(timezone.now())
