"""Statistics of the last weeks for moderators: counted right, drawn to one measure, and no dearer for
more.
"""

from datetime import UTC, datetime, timedelta

import pytest

from comments.models import Rule, SiteComment
from comments.moderation import decisions, statistics
from comments.posting import submission

from ..factories import PublishedArticleFactory, comment_on, member_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)  # a Wednesday


def numbers(chart):
    return {row.label: [part.number for part in row.parts] for row in chart.rows if row.total}


@pytest.fixture
def talk():
    article = PublishedArticleFactory()
    for days in (0, 1, 7, 8, 500):
        comment_on(article, submit_date=NOW - timedelta(days=days))
    return article


def test_comments_by_week(talk):
    removed = comment_on(talk, submit_date=NOW)
    decisions.remove(SiteComment.objects.filter(pk=removed.pk))
    week, _, _ = statistics.charts(NOW)
    assert numbers(week) == {"16 Mar 2026": [2, 0, 1, 0], "9 Mar 2026": [2, 0, 0, 0]}
    assert [row.label for row in week.rows][0::11] == ["29 Dec 2025", "16 Mar 2026"]
    longest = week.rows[-1].parts
    assert [(part.begins, part.share) for part in longest][:3] == [
        (0.0, 66.67),
        (66.67, 0.0),
        (66.67, 33.33),
    ]


def test_decisions_by_moderator_and_what_rules_caught(client):
    Rule.objects.update(is_on=False)
    Rule.objects.create(
        name="No moons", kind="words", action="hold", reason="It waits.", words="moon"
    )
    article, wren = (
        PublishedArticleFactory(),
        member_of("Moderators", first_name="Wren", last_name="Vale"),
    )
    held = [
        submission.publish(
            article,
            {"name": "A", "email": f"a{n}@readers.example", "comment": f"moon {n}"},
            ip=None,
        )
        for n in range(4)
    ]
    decisions.approve(SiteComment.objects.filter(pk=held[0].pk), wren)
    decisions.decide(SiteComment.objects.filter(pk__in=[held[1].pk, held[2].pk]), "spam", wren)
    undone = decisions.remove(SiteComment.objects.filter(pk=held[0].pk), wren)
    decisions.undo([each.pk for each in undone], wren)
    _, by_moderator, by_rule = statistics.charts()
    assert numbers(by_moderator) == {"Wren Vale": [1, 0, 2, 1]}
    assert numbers(by_rule) == {"No moons": [1, 0, 2, 1]}
    client.force_login(wren)
    page = client.get("/admin/comments/sitecomment/statistics/").content.decode()
    assert "No moons" in page
    assert page.count("<rect") >= 6


def test_nothing_yet_is_a_page_too(client):
    client.force_login(member_of("Moderators"))
    page = client.get("/admin/comments/sitecomment/statistics/").content.decode()
    assert page.count("Nothing yet.") == 2


def test_it_takes_three_queries(talk, django_assert_num_queries):
    with django_assert_num_queries(3):
        statistics.charts(NOW)
