"""Issues that are made by themselves: when, for which day, and when there is none."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from newsletter.composing import drafts, schedule
from newsletter.models import Issue, Newsletter
from newsletter.sending import alarms, batches, issue_status

from .conftest import MONDAY, reader, story

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rhythm", "after", "turn"),
    [
        ("weekdays", datetime(2026, 11, 20, 7, tzinfo=UTC), MONDAY),
        ("daily", datetime(2026, 11, 20, 7, tzinfo=UTC), datetime(2026, 11, 21, 6, 30, tzinfo=UTC)),
        ("weekdays", datetime(2026, 11, 23, 6, 29, tzinfo=UTC), MONDAY),
        ("weekdays", MONDAY, MONDAY + timedelta(days=1)),
        ("weekly", MONDAY, datetime(2026, 11, 27, 6, 30, tzinfo=UTC)),
    ],
)
def test_turns_come_one_after_another(rhythm, after, turn):
    newsletter = Newsletter(rhythm=rhythm, weekday=Newsletter.Weekday.FRIDAY, send_at=MONDAY.time())
    assert schedule.next_turn(newsletter, after) == turn


@pytest.mark.parametrize(
    ("zone", "after", "turn"),
    [
        # Half past six in London, before and after the clocks go back on 25 October 2026.
        ("Europe/London", (2026, 10, 24, 0), (2026, 10, 24, 5, 30)),
        ("Europe/London", (2026, 10, 25, 0), (2026, 10, 25, 6, 30)),
        # In Tokyo that day has begun already, and in Honolulu not yet.
        ("Asia/Tokyo", (2026, 11, 22, 22), (2026, 11, 23, 21, 30)),
        ("Asia/Tokyo", (2026, 11, 22, 21), (2026, 11, 22, 21, 30)),
        ("Pacific/Honolulu", (2026, 11, 23, 0), (2026, 11, 23, 16, 30)),
    ],
)
def test_the_hour_of_a_newsletter_is_that_of_its_zone_in_every_season(zone, after, turn):
    newsletter = Newsletter(rhythm="daily", send_at=MONDAY.time(), time_zone=zone)
    assert schedule.next_turn(newsletter, datetime(*after, tzinfo=UTC)) == datetime(
        *turn, tzinfo=UTC
    )


def test_an_hour_that_daylight_saving_leaves_out_comes_once():
    newsletter = Newsletter(rhythm="daily", send_at=time(2, 30), time_zone="Europe/Berlin")
    before = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    first = schedule.next_turn(newsletter, before)
    assert first == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert schedule.next_turn(newsletter, first) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_an_issue_prints_the_day_of_its_readers(newsletter, noon):
    Newsletter.objects.filter(pk=newsletter.pk).update(time_zone="Asia/Tokyo", rhythm="daily")
    newsletter.refresh_from_db()
    reader("hollis")
    noon.move_to(datetime(2026, 11, 22, 20, tzinfo=UTC))
    story("Policy", "New", hours=1)
    assert drafts.compose_due.call() == 1
    issue = Issue.objects.get()
    assert str(issue.day) == "2026-11-23"
    assert issue.turn_at == datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
    assert drafts.compose_due.call() == 0
    issue_status.schedule(issue, timezone.now())
    issue.refresh_from_db()
    assert str(issue.day) == "2026-11-23"
    assert newsletter.when == "Every day, 06:30 in Tokyo"


def test_a_draft_waits_on_the_desk_two_hours_before_its_turn(newsletter, noon):
    noon.move_to(MONDAY - timedelta(hours=2, minutes=1))
    story("Policy", "New", hours=1)
    assert drafts.compose_due.call() == 0
    noon.move_to(MONDAY - timedelta(hours=2))
    assert drafts.compose_due.call() == 1
    assert drafts.compose_due.call() == 0
    issue = Issue.objects.get()
    assert (issue.status, issue.turn_at, str(issue.day)) == ("draft", MONDAY, "2026-11-23")


def test_who_has_begun_one_by_hand_for_the_day_gets_no_second(newsletter, noon):
    noon.move_to(MONDAY - timedelta(hours=3))
    story("Policy", "New", hours=1)
    drafts.draft(newsletter)
    noon.move_to(MONDAY - timedelta(hours=1))
    assert drafts.compose_due.call() == 0
    assert Issue.objects.count() == 1


def test_one_that_was_begun_by_hand_and_forgotten_is_said_when_its_hour_has_passed(
    newsletter, noon
):
    """It keeps the newsletter of the day from being made by itself."""
    Newsletter.objects.filter(pk=newsletter.pk).update(
        rhythm="daily", send_at=time(12, 30), is_automatic=True
    )
    story("Policy", "First")
    issue = drafts.draft(newsletter)
    assert alarms.sentences() == []
    noon.shift(timedelta(minutes=50))
    assert alarms.sentences() == [
        f"{issue} was due on 22 November at 12:30 UTC, and is a draft still."
    ]


def test_nothing_new_is_skipped_and_said(newsletter, noon):
    noon.move_to(MONDAY)
    drafts.compose_due.call()
    issue = Issue.objects.get()
    assert issue.status == "skipped"
    assert "Nothing new came out since" in issue.note


def test_a_newsletter_that_is_sent_by_itself_goes_out_at_its_hour(newsletter, sink, noon):
    reader("hollis")
    newsletter.is_automatic = True
    newsletter.save()
    noon.move_to(MONDAY - timedelta(minutes=1))
    story("Policy", "New", hours=1)
    drafts.compose_due.call()
    assert not Issue.objects.exists()
    noon.move_to(MONDAY)
    drafts.compose_due.call()
    batches.send_some.call()
    assert Issue.objects.get().status == "sent"
    assert len(sink.taken) == 1


def test_a_turn_that_was_missed_for_long_is_not_made_up(newsletter, noon):
    reader("hollis")
    newsletter.is_automatic = True
    newsletter.save()
    noon.move_to(MONDAY + drafts.MADE_UP_WITHIN + timedelta(minutes=1))
    story("Policy", "New", hours=1)
    drafts.compose_due.call()
    assert not Issue.objects.exists()


def test_a_newsletter_late_in_the_evening_that_is_made_after_midnight_is_of_its_day_and_takes_nothing_from_the_next(
    newsletter, noon
):
    reader("hollis")
    Newsletter.objects.filter(pk=newsletter.pk).update(
        rhythm="daily", send_at=time(23, 59), is_automatic=True
    )
    turn = MONDAY.replace(hour=23, minute=59)
    noon.move_to(turn + timedelta(seconds=80))
    story("Policy", "New", hours=1)
    assert drafts.compose_due.call() == 1
    late = Issue.objects.get()
    assert (late.day, late.send_at, late.status) == (turn.date(), turn, "scheduled")
    # One of the desk goes out after midnight, and has the date on which it does.
    tomorrow, went = (
        turn.date() + timedelta(days=1),
        {"status": "sent", "started_at": timezone.now()},
    )
    Issue.objects.filter(pk=late.pk).update(day=tomorrow, filled_at=timezone.now(), **went)
    noon.move_to(turn + timedelta(days=1, seconds=30))
    story("Policy", "Newer", hours=1)
    assert drafts.compose_due.call() == 1


def test_one_that_was_put_off_to_a_day_is_the_newsletter_of_that_day(newsletter, noon):
    reader("hollis")
    Newsletter.objects.filter(pk=newsletter.pk).update(rhythm="daily", is_automatic=True)
    noon.move_to(MONDAY)
    story("Policy", "New", hours=1)
    assert drafts.compose_due.call() == 1
    issue = Issue.objects.get()
    issue_status.back_to_draft(issue)
    issue_status.schedule(issue, MONDAY + timedelta(days=1, hours=2))
    noon.move_to(MONDAY + timedelta(days=1))
    story("Policy", "Newer", hours=1)
    assert drafts.compose_due.call() == 0


def test_nothing_new_before_its_hour_is_looked_for_again_until_it_has_come(newsletter, noon):
    noon.move_to(MONDAY - timedelta(minutes=90))
    assert drafts.compose_due.call() == 0
    assert not Issue.objects.exists()
    noon.move_to(MONDAY - timedelta(minutes=30))
    story("Policy", "Just in time", hours=0)
    assert drafts.compose_due.call() == 1
    assert Issue.objects.get().status == "draft"


def test_another_hour_makes_up_for_no_turn_before_it_was_set(newsletter, noon, admin_client):
    reader("hollis")
    page = f"/admin/newsletter/newsletter/{newsletter.pk}/change/"
    noon.move_to(MONDAY + timedelta(hours=5))
    story("Policy", "New", hours=1)
    form = admin_client.get(page).context["adminform"].form
    values = {name: field if field is not None else "" for name, field in form.initial.items()}
    changed = {
        "rhythm": "weekly",
        "weekday": "0",
        "send_at": "11:00",
        "is_automatic": "on",
        "carries_placement": "on",
    }
    assert admin_client.post(page, values | changed).status_code == 302
    assert drafts.compose_due.call() == 0
    assert not Issue.objects.exists()
