"""The calendar of stories: what stands on which day, and what may be moved where."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from articles.models import Article
from articles.publishing import planning, slugs, workflow

from ...factories import (
    DraftArticleFactory,
    PublishedArticleFactory,
    ScheduledArticleFactory,
    SectionFactory,
    member_of,
)
from .conftest import address

pytestmark = pytest.mark.django_db
CALENDAR = "/admin/articles/article/calendar/"
# `noon` is Sunday, 22 November 2026.
TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 27)


@pytest.fixture
def scheduled(noon, editor):
    return ScheduledArticleFactory(published_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC))


@pytest.fixture
def planned(noon, editor):
    return DraftArticleFactory(planned_for=TUESDAY)


def on(day):
    return [(event.kind, event.article) for event in planning.days(day, 1)[0].events]


def move(client, story, to, since=TUESDAY):
    return client.post(
        address(story, "move"), {"since": since, "to": to}, follow=True
    ).content.decode()


def test_each_day_says_what_came_out_is_scheduled_planned_or_embargoed(
    client, noon, scheduled, planned
):
    out = PublishedArticleFactory(published_at=timezone.now() - timedelta(hours=2))
    held = DraftArticleFactory(embargoed_until=datetime(2026, 11, 27, 7, 0, tzinfo=UTC))
    DraftArticleFactory(planned_for=TUESDAY, trashed_at=timezone.now())
    assert on(TUESDAY) == [("scheduled", scheduled), ("planned", planned)]
    assert on(FRIDAY) == [("embargo", held)]
    assert on(date(2026, 11, 22)) == [("live", out)]
    page = client.get(f"{CALENDAR}?from=2026-11-24").content.decode()
    for story in (scheduled, planned, held):
        assert story.title in page


def test_moving_keeps_the_time_of_the_clock(client, scheduled):
    with timezone.override("Europe/Berlin"):
        # On 28 March 2027 clocks there go forward: half past ten stays half past ten.
        planning.move(scheduled, TUESDAY, date(2027, 4, 1), member_of("Editors"))
        scheduled.refresh_from_db()
        assert f"{timezone.localtime(scheduled.published_at):%d %B %H:%M}" == "01 April 10:30"
    assert f"{scheduled.published_at:%H:%M}" == "08:30"


def test_a_plan_is_moved_and_who_comes_second_is_told(client, planned):
    assert "is on Friday, 27 November" in move(client, planned, FRIDAY)
    planned.refresh_from_db()
    assert planned.planned_for == FRIDAY
    assert "Somebody moved" in move(client, planned, date(2026, 11, 25))
    planned.refresh_from_db()
    assert planned.planned_for == FRIDAY


def test_nothing_comes_out_before_its_embargo(client, scheduled, planned):
    ends = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
    Article.objects.filter(pk=planned.pk).update(embargoed_until=ends, planned_for=FRIDAY)
    assert "The embargo of" in move(client, planned, TUESDAY, since=FRIDAY)
    planned.refresh_from_db()
    assert planned.planned_for == FRIDAY
    Article.objects.filter(pk=scheduled.pk).update(
        embargoed_until=ends, published_at=datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    )
    assert "The embargo ends on" in move(client, scheduled, TUESDAY, since=FRIDAY)
    scheduled.refresh_from_db()
    assert scheduled.published_at.day == 27


@pytest.mark.parametrize("to", ["", "tomorrow", "2026-02-31", "9999-01-01", "0000-00-00"])
def test_a_day_that_is_none_moves_nothing(client, planned, to):
    assert "Choose a day" in move(client, planned, to)
    planned.refresh_from_db()
    assert planned.planned_for == TUESDAY


def test_what_is_past_or_out_is_not_moved(client, noon, scheduled):
    assert "That time is past" in move(client, scheduled, date(2026, 11, 20))
    out = PublishedArticleFactory(published_at=timezone.now() - timedelta(hours=2))
    with pytest.raises(ValidationError, match="is published"):
        planning.move(out, date(2026, 11, 22), FRIDAY, member_of("Editors"))


def test_authors_move_their_own_plans_and_nothing_scheduled(client, scheduled, planned):
    author = member_of("Authors")
    client.force_login(author)
    assert client.post(address(scheduled, "move"), {}).status_code == 403
    assert client.post(address(planned, "move"), {}).status_code == 403
    planned.revisions.create(number=1, by=author, content={})
    move(client, planned, FRIDAY)
    planned.refresh_from_db()
    assert planned.planned_for == FRIDAY


def test_planning_begins_a_draft(client, noon, editor):
    section, person = SectionFactory(), member_of("Authors")
    data = {"title": "The walrus", "section": section.pk, "assignee": person.pk, "day": FRIDAY}
    for _ in range(2):
        page = client.post(f"{CALENDAR}plan/", data, follow=True).content.decode()
        assert "is planned for 27 November" in page
    stories = Article.objects.order_by("pk")
    assert [story.slug for story in stories] == ["the-walrus", "the-walrus-2"]
    assert {story.status for story in stories} == {"draft"}
    assert stories[0].assignee == person
    page = client.post(f"{CALENDAR}plan/", {"title": "Kept", "day": "x"}).content.decode()
    assert 'value="Kept"' in page
    assert Article.objects.count() == 2


def test_of_two_who_plan_the_same_in_one_moment_the_second_gets_the_next_address(
    client, editor, monkeypatch, noon
):
    """Both see an address free; the database lets one have it."""
    free, asked = slugs.free_slug, []

    def seen_free(slug):
        asked.append(slug)
        return slug if len(asked) < 3 else free(slug)

    monkeypatch.setattr(slugs, "free_slug", seen_free)
    data = {"title": "The walrus", "section": SectionFactory().pk, "day": FRIDAY}
    for _ in range(2):
        assert client.post(f"{CALENDAR}plan/", data).status_code == 302
    assert [each.slug for each in Article.objects.order_by("pk")] == ["the-walrus", "the-walrus-2"]


def test_a_form_that_is_open_does_not_move_it_back(client, editor, draft, save):
    """Moved in the calendar while somebody writes: their form says the day that it was opened with."""
    Article.objects.filter(pk=draft.pk).update(planned_for=FRIDAY)
    save(draft, planned_for=TUESDAY, title="Typed", **{"initial-planned_for": TUESDAY})
    draft.refresh_from_db()
    assert (draft.title, draft.planned_for) == ("Typed", FRIDAY)
    save(draft, planned_for="", **{"initial-planned_for": FRIDAY})
    draft.refresh_from_db()
    assert draft.planned_for is None


def test_a_template_and_a_published_story_keep_out_of_each_others_way(editor, scheduled):
    workflow.withdraw(scheduled, editor)
    assert on(TUESDAY) == []


def test_the_calendar_asks_as_often_however_much_there_is(
    client, scheduled, planned, django_assert_max_num_queries
):
    for number in range(30):
        DraftArticleFactory(planned_for=TUESDAY + timedelta(days=number % 9))
    with django_assert_max_num_queries(11):
        assert client.get(f"{CALENDAR}?from=2026-11-24").status_code == 200


@pytest.mark.parametrize("start", ["", "x", "0001-01-01", "9999-12-31", "2026-13-01"])
def test_no_day_is_a_fault(client, noon, editor, start):
    assert client.get(f"{CALENDAR}?from={start}").status_code == 200
