"""Readers report a comment: moderators see it, and several reports take it off the page until they
have.
"""

import re

import pytest
from django.test import Client
from django.utils import timezone

from comments.models import CommentStats, Flag, Report, SiteComment
from comments.moderation import decisions, reports

from ..factories import PublishedArticleFactory, SectionFactory, comment_on, member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return PublishedArticleFactory(slug="the-clause", section=SectionFactory(name="Policy"))


@pytest.fixture
def comment(article):
    return comment_on(article)


def page_of(client, article):
    return client.get(article.get_absolute_url()).content.decode()


def test_a_report_takes_a_reason_and_stands_in_the_queue(article, comment):
    reader = Client(enforce_csrf_checks=True)
    form = reader.get(f"/comments/{comment.pk}/report/").content.decode()
    assert "What is wrong with this comment?" in form
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    nothing = reader.post(f"/comments/{comment.pk}/report/", {"csrfmiddlewaretoken": token})
    assert nothing.status_code == 400
    assert "Say what is wrong with it." in nothing.content.decode()
    data = {"csrfmiddlewaretoken": token, "reason": "scam", "note": "He wrote to me."}
    for _ in range(2):
        assert (
            "A moderator will read it."
            in reader.post(f"/comments/{comment.pk}/report/", data).content.decode()
        )
    assert Report.objects.count() == 1
    flag = Flag.objects.get()
    assert (flag.rule_name, flag.found, flag.action) == (
        "Reported: It is a swindle or leads to one",
        "He wrote to me.",
        "flag",
    )


def test_several_reports_take_it_off_the_page_until_somebody_has_read_it(client, article, comment):
    comment_on(article, comment)
    for number in range(reports.HIDDEN_AT):
        assert comment.comment in page_of(client, article)
        reports.report(comment, f"visitor {number}", "spam")
    page = page_of(client, article)
    assert comment.comment not in page.split('id="c')[1]
    assert "This comment is waiting for a moderator." in page
    decisions.approve(SiteComment.objects.filter(pk=comment.pk), member_of("Moderators"))
    for number in range(5):
        reports.report(comment, f"another {number}", "spam")
    assert "waiting for a moderator" not in page_of(client, article)
    assert decisions.count_waiting() == 1
    CommentStats.objects.update_or_create(comment=comment, defaults={"edited_at": timezone.now()})
    reports.report(comment, "after the change", "spam")
    assert "waiting for a moderator" in page_of(client, article)
