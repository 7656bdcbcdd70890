"""Opening and closing of conversations: by story, by site, by age, by the hour; and how long a page
may say so.
"""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from comments.models import ConversationSettings, SiteComment
from comments.posting import comments_open, confirmation
from pagecache.context import RenderContext, collecting

from ..factories import DraftArticleFactory, PublishedArticleFactory, comment_on
from .test_posting import WORDS, fresh, target

pytestmark = pytest.mark.django_db
CAME_OUT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def article():
    return PublishedArticleFactory(published_at=CAME_OUT)


def settings(**fields):
    return ConversationSettings.objects.create(**fields)


def test_without_settings_a_conversation_is_open_for_ever(article):
    assert (
        comments_open.open_state(article, CAME_OUT + timedelta(days=4000))
        == comments_open.OpenState()
    )


def test_a_conversation_closes_so_many_days_after_its_story(article):
    settings(closes_after_days=14)
    ends = CAME_OUT + timedelta(days=14)
    assert comments_open.open_state(
        article, ends - timedelta(seconds=1)
    ) == comments_open.OpenState(changes_at=ends)
    assert (
        comments_open.open_state(article, ends).why_closed
        == "Conversations close 14 days after a story is published."
    )
    assert comments_open.open_state(DraftArticleFactory(), ends).is_open


@pytest.mark.parametrize(
    ("opens", "closes", "now", "is_open", "until"),
    [
        (time(8), time(20), "2026-03-02T07:59", False, "2026-03-02T08:00"),
        (time(8), time(20), "2026-03-02T08:00", True, "2026-03-02T20:00"),
        (time(8), time(20), "2026-03-02T19:59", True, "2026-03-02T20:00"),
        (time(8), time(20), "2026-03-02T20:00", False, "2026-03-03T08:00"),
        (time(20), time(2), "2026-03-02T23:30", True, "2026-03-03T02:00"),
        (time(20), time(2), "2026-03-02T01:30", True, "2026-03-02T02:00"),
        (time(20), time(2), "2026-03-02T12:00", False, "2026-03-02T20:00"),
    ],
)
def test_hours_may_go_past_midnight(article, opens, closes, now, is_open, until):
    settings(opens_at=opens, closes_at=closes)
    found = comments_open.open_state(article, datetime.fromisoformat(f"{now}+00:00"))
    assert (found.is_open, found.changes_at) == (is_open, datetime.fromisoformat(f"{until}+00:00"))


def test_a_page_lives_until_its_conversation_opens_or_closes(article):
    settings(opens_at=time(8), closes_at=time(20))
    with collecting(RenderContext(began_at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))) as made:
        comments_open.open_state(article)
    assert made.changes_at == datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
    assert "conversationsettings:*" in made.keys


def test_a_closed_site_says_so_everywhere_and_takes_nothing(client, article):
    row = settings(is_open=False, closed_note="Back on Monday.")
    comment = comment_on(article)
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Back on Monday." in page
    assert comment.comment in page
    assert 'id="comment-form"' not in page
    assert "data-reply" not in page
    for answer in (
        client.post("/comments/preview/", {**target(article), **WORDS}),
        client.get("/comments/tokens/", target(article)),
        client.get(f"/comments/write/{article.pk}/"),
        client.post("/comments/post/", fresh(article)),
    ):
        assert answer.status_code == 404
        assert "Back on Monday." in answer.content.decode()
    assert SiteComment.objects.count() == 1
    row.is_open = True
    row.save()
    assert 'id="comment-form"' in client.get(article.get_absolute_url()).content.decode()


def test_what_was_written_in_time_is_confirmed_after_hours_but_not_while_the_site_is_closed(
    client, article
):
    asked = confirmation.ask(article, WORDS, None)
    row = settings(closes_after_days=1, is_open=False)
    answer = Client().post(f"/comments/confirm/{asked.key}/")
    assert answer.status_code == 409
    assert (
        "Conversations are closed for now. The link works for three days" in answer.content.decode()
    )
    assert SiteComment.objects.count() == 0
    row.is_open = True
    row.save()
    assert Client().post(f"/comments/confirm/{asked.key}/").status_code == 302


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"opens_at": time(8)}, "closes_at"),
        ({"closes_at": time(8)}, "opens_at"),
        ({"opens_at": time(8), "closes_at": time(8)}, "closes_at"),
        ({"closes_after_days": 0}, "closes_after_days"),
        ({"closes_after_days": 100_000}, "closes_after_days"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_their_field(fields, wrong):
    with pytest.raises(ValidationError) as refused:
        ConversationSettings(**fields).full_clean()
    assert wrong in refused.value.message_dict
