"""Jobs that fail: logged, tried again ever later, or ended and shown on the desk."""

import gc
import signal
import smtplib
import time

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks.signals import task_finished, task_started
from django_tasks_db.models import DBTaskResult

from articles.media.rendering import render_image
from core.jobs import PermanentFailure
from newsletter.subscribing import mails
from newsroom import scheduler
from newsroom.management.commands import worker as worker_command
from newsroom.operations import jobs

PERIODIC = scheduler.worker_heartbeat.module_path
FOLLOWER = jobs.JobFollower({PERIODIC})


@pytest.fixture(autouse=True)
def _database_queue(settings):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": list(jobs.QUEUES)}
    }


def failed(job: DBTaskResult, error: Exception, tries: int = 1) -> DBTaskResult:
    """What the worker leaves of a job that raised `error`."""
    try:
        raise error
    except Exception as raised:
        job.worker_ids = ["worker"] * tries
        job.save()
        job.set_failed(raised)
    FOLLOWER.settle(job, timezone.now())
    job.refresh_from_db()
    return job


def a_job() -> DBTaskResult:
    mails.mail_answer.enqueue(1)
    return DBTaskResult.objects.get()


@pytest.mark.django_db
def test_a_job_that_failed_is_tried_again_later_and_not_for_ever(noon):
    """A mail that the server would not take is not lost."""
    job, waits = a_job(), []
    for tries in range(1, 8):
        if failed(job, OSError("away"), tries).status == "READY":
            waits.append((job.run_after - timezone.now()).total_seconds() / 60)
    assert waits == [5, 10, 20, 40]
    assert job.status == "FAILED"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error",
    [PermanentFailure("no such mailbox"), FileNotFoundError("a.png"), DBTaskResult.DoesNotExist()],
)
def test_what_cannot_succeed_is_not_tried_again(noon, error):
    assert failed(a_job(), error).status == "FAILED"


@pytest.mark.django_db
def test_a_failure_is_logged_with_its_traceback_and_without_addresses(noon, caplog):
    failed(a_job(), OSError("550 <reader@example.org> is not here"))
    record = next(each for each in caplog.records if each.message == "a job failed")
    assert record.job == "newsletter.subscribing.mails.mail_answer"
    assert "Traceback (most recent call last)" in record.traceback
    assert "550 <…@…> is not here" in record.traceback
    assert record.tries == 1
    assert record.next_try == "2026-11-22T12:05:00+00:00"


@pytest.mark.django_db
def test_a_periodic_job_that_failed_runs_again_when_it_is_due(noon):
    """Waiting for another try, it would keep the scheduler from starting it."""
    job = scheduler.RecurringJob("test", scheduler.BEAT_EVERY, scheduler.worker_heartbeat)
    scheduler.tick([job])
    assert failed(DBTaskResult.objects.get(), OSError("away")).status == "FAILED"
    noon.shift(120)
    assert scheduler.tick([job]) == ["test"]


@pytest.mark.django_db
def test_a_periodic_job_that_works_again_is_no_failure_any_more(noon):
    scheduler.worker_heartbeat.enqueue()
    failed(DBTaskResult.objects.get(), OSError("away"))
    scheduler.worker_heartbeat.enqueue()
    again = DBTaskResult.objects.get(status="READY")
    again.set_successful(None)
    FOLLOWER.end(again.task_result)
    assert not jobs.failures().exists()


@pytest.mark.django_db
def test_a_failed_job_that_the_desk_runs_again_has_all_its_tries(noon):
    job = failed(a_job(), OSError("away"), jobs.MOST_TRIES)
    assert jobs.run_again(jobs.failures()) == 1
    job.refresh_from_db()
    assert job.status == "READY"
    assert failed(job, OSError("away")).status == "READY"


@pytest.mark.django_db
def test_the_desk_shows_what_failed_and_runs_it_again(noon, admin_client):
    job = failed(a_job(), PermanentFailure("550 <reader@example.org> is not here"))
    page = admin_client.get("/admin/newsroom/job/?status__exact=FAILED").content.decode()
    assert "Mail answer" in page
    assert "550 &lt;…@…&gt; is not here" in page
    assert "reader@example.org" not in page
    detail = admin_client.get(f"/admin/newsroom/job/{job.pk}/change/").content.decode()
    assert "Traceback (most recent call last)" in detail
    answer = admin_client.post(
        "/admin/newsroom/job/",
        {"action": "run_again", "_selected_action": [str(job.pk)]},
        follow=True,
    )
    assert "1 job will run again." in answer.content.decode()
    job.refresh_from_db()
    assert (job.status, job.worker_ids) == ("READY", [])


@pytest.mark.django_db
def test_nobody_deletes_or_changes_a_job(noon, admin_client):
    job = failed(a_job(), PermanentFailure("no"))
    assert admin_client.get(f"/admin/newsroom/job/{job.pk}/delete/").status_code == 403
    admin_client.post(f"/admin/newsroom/job/{job.pk}/change/", {"status": "SUCCESSFUL"})
    job.refresh_from_db()
    assert job.status == "FAILED"


@pytest.mark.django_db
def test_a_worker_of_the_same_name_takes_up_what_its_killed_predecessor_began(noon):
    mine, other = (mails.mail_answer.enqueue(number) for number in (1, 2))
    for job, name in ((mine, "host-0"), (other, "host-1")):
        DBTaskResult.objects.get(pk=job.id).claim(name)
    jobs.give_back_of("host-0")
    assert DBTaskResult.objects.get(pk=mine.id).status == "READY"
    assert DBTaskResult.objects.get(pk=other.id).status == "RUNNING"


@pytest.mark.django_db
def test_what_kills_every_worker_is_given_up_and_says_so(noon):
    job = a_job()
    DBTaskResult.objects.update(
        status="RUNNING", started_at=timezone.now(), worker_ids=["worker"] * jobs.MOST_TRIES
    )
    noon.shift(jobs.ABANDONED_AFTER.total_seconds() + 1)
    scheduler.tidy_queue.call()
    job.refresh_from_db()
    assert job.status == "FAILED"
    assert "killed" in job.traceback


def test_living_workers_have_names_of_their_own_and_the_next_one_gets_a_free_name():
    with jobs.worker_name() as first:
        with jobs.worker_name() as second:
            assert first != second
        with jobs.worker_name() as third:
            assert third == second


def test_a_job_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(jobs, "TIME_LIMIT", 1)
    before = signal.getsignal(signal.SIGALRM)
    try:
        FOLLOWER.begin()
        with pytest.raises(jobs.JobTimeout):
            time.sleep(5)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_pictures_have_a_queue_of_their_own():
    """A large one must not hold up mails."""
    assert render_image.queue_name == jobs.PICTURES
    assert mails.mail_answer.queue_name == jobs.DEFAULT


# --- In a worker itself ---------------------------------------------------------------------


@pytest.fixture
def worker(monkeypatch):
    """`manage.py worker`, which leaves when there is nothing more to do."""
    monkeypatch.setattr(
        worker_command,
        "call_command",
        lambda name, **options: call_command(name, batch=True, **options),
    )
    before = task_started.receivers[:], task_finished.receivers[:]
    yield lambda: call_command("worker")
    task_started.receivers[:], task_finished.receivers[:] = before
    for each in (task_started, task_finished):
        each.sender_receivers_cache.clear()


@pytest.mark.django_db(transaction=True)
def test_a_worker_follows_its_jobs_to_the_end(worker, monkeypatch, caplog):
    """Followed by an object that nobody held, no failure was logged or tried again."""

    def away(*args, **kwargs):
        gc.collect()
        raise smtplib.SMTPServerDisconnected("timed out")

    monkeypatch.setattr(type(mails.mail_answer), "call", away)
    job = a_job()
    worker()
    job.refresh_from_db()
    assert job.status == "READY"
    assert job.run_after > timezone.now()
    assert "a job failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_worker_ends_a_job_that_takes_too_long(worker, monkeypatch):
    def slow(*args, **kwargs):
        time.sleep(30)

    monkeypatch.setattr(jobs, "TIME_LIMIT", 1)
    monkeypatch.setattr(type(mails.mail_answer), "call", slow)
    job = a_job()
    began = time.monotonic()
    worker()
    job.refresh_from_db()
    assert time.monotonic() - began < 20
    assert job.exception_class_path.endswith("JobTimeout")
