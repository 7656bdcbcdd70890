"""Readers report a thought: moderators see it, and several reports take it off the page until they have."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from comments.models import Report, SiteComment, Standing, Verdict
from comments.moderation import decisions, reports

from ..factories import PublishedArticleFactory, SectionFactory, comment_on, member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return PublishedArticleFactory(slug="the-clause", section=SectionFactory(name="Policy"))


@pytest.fixture
def thought(article):
    return comment_on(article)


def page_of(client, article):
    return client.get(article.get_absolute_url()).content.decode()


def test_a_report_takes_a_reason_and_stands_in_the_queue(article, thought):
    reader = Client(enforce_csrf_checks=True)
    form = reader.get(f"/comments/{thought.pk}/report/").content.decode()
    assert "What is wrong with this thought?" in form
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    nothing = reader.post(f"/comments/{thought.pk}/report/", {"csrfmiddlewaretoken": token})
    assert nothing.status_code == 400
    assert "Say what is wrong with it." in nothing.content.decode()
    data = {"csrfmiddlewaretoken": token, "reason": "scam", "note": "He wrote to me."}
    for _ in range(2):
        assert "A moderator will read it." in reader.post(f"/comments/{thought.pk}/report/", data).content.decode()
    assert Report.objects.count() == 1
    verdict = Verdict.objects.get()
    assert (verdict.rule_name, verdict.found, verdict.action) == (
        "Reported: It is a swindle or leads to one",
        "He wrote to me.",
        "flag",
    )


def test_several_reports_take_it_off_the_page_until_somebody_has_read_it(client, article, thought):
    comment_on(article, thought)
    for number in range(reports.HIDDEN_AT):
        assert thought.comment in page_of(client, article)
        reports.report(thought, f"visitor {number}", "spam")
    page = page_of(client, article)
    assert thought.comment not in page.split('id="c')[1]
    assert "This thought waits for a moderator." in page
    decisions.approve(SiteComment.objects.filter(pk=thought.pk), member_of("Moderators"))
    for number in range(5):
        reports.report(thought, f"another {number}", "spam")
    assert "waits for a moderator" not in page_of(client, article)
    assert decisions.count_waiting() == 1
    Standing.objects.update_or_create(comment=thought, defaults={"edited_at": timezone.now()})
    reports.report(thought, "after the change", "spam")
    assert "waits for a moderator" in page_of(client, article)
