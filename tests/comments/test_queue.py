"""The queue on the desk: what stands in it, how it is worked through, and who may."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments.admin import queue_rows
from comments.models import Ban, Edit, Flag, Rule, SiteComment
from comments.moderation import bans, decisions, reports
from comments.posting import editing

from ..factories import PublishedArticleFactory, UserFactory, comment_on, member_of
from ..pages import squeezed

pytestmark = pytest.mark.django_db
OPEN = queue_rows.TABS["open"]
QUEUE = "/admin/comments/sitecomment/queue/"


@pytest.fixture
def moderator(client):
    client.force_login(member_of("Moderators"))
    return client


def hold(comment, found="0x5aAe"):
    SiteComment.objects.filter(pk=comment.pk).update(is_public=False)
    rule = Rule.objects.get(kind="wallet")
    Flag.objects.create(comment=comment, rule=rule, rule_name=rule.name, found=found, action="hold")
    return comment


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_what_a_decision_needs(moderator):
    article = PublishedArticleFactory(title="The clause")
    parent = comment_on(article, comment="Who pays for it?", user_name="Ossian")
    comment_on(article, user_email="brank@readers.example", is_removed=True)
    hold(
        comment_on(
            article,
            parent,
            comment="I do <b>not</b>",
            user_name="Brank",
            user_email="Brank@readers.example",
        )
    )
    page = squeezed(text(moderator.get(QUEUE)))
    for words in (
        "Brank",
        "Wallet address: 0x5aAe",
        "The clause",
        "Who pays for it?",
        "0 published, 1 removed",
    ):
        assert words in page, words
    assert "I do &lt;b&gt;not&lt;/b&gt;" in page


def test_an_empty_queue_says_so(moderator):
    assert "No pending comments" in text(moderator.get(QUEUE))


@pytest.mark.parametrize(
    ("action", "state"),
    [("approve", (True, False)), ("remove", (False, True)), ("spam", (False, True))],
)
def test_one_button_one_decision_and_back(moderator, action, state):
    comment = hold(comment_on(PublishedArticleFactory()))
    page = text(
        moderator.post(f"{QUEUE}decide/", {"action": action, "comment": comment.pk}, follow=True)
    )
    assert "1 comment" in page
    assert "Undo" in page
    comment.refresh_from_db()
    assert (comment.is_public, comment.is_removed) == state
    assert "Undone: 1 comment put back." in text(moderator.post(f"{QUEUE}undo/", follow=True))
    comment.refresh_from_db()
    assert decisions.is_held(comment)
    assert "Nothing to undo" in text(moderator.post(f"{QUEUE}undo/", follow=True))


def test_several_are_asked_about_first(moderator):
    article = PublishedArticleFactory()
    several = [hold(comment_on(article, comment=f"No. {number}")) for number in range(3)]
    data = {"action": "spam", "comment": [each.pk for each in several]}
    page = text(moderator.post(f"{QUEUE}decide/", data))
    assert "Spam: 3 comments?" in page
    assert "No. 2" in page
    assert decisions.count_waiting() == 3
    text(moderator.post(f"{QUEUE}decide/", data | {"confirmed": "1"}, follow=True))
    assert decisions.count_waiting() == 0


def test_a_ban_by_button(moderator):
    article = PublishedArticleFactory()
    comment = hold(comment_on(article, user_email="brank@readers.example"))
    other = comment_on(article, user_email="brank@readers.example")
    data = {"action": "ban", "comment": comment.pk}
    assert "Spam, and ban the writer: 1 comment?" in text(moderator.post(f"{QUEUE}decide/", data))
    page = text(moderator.post(f"{QUEUE}decide/", data | {"confirmed": "1"}, follow=True))
    assert "2 comments removed as spam, writer banned" in page
    assert Ban.objects.get().value == "brank@readers.example"
    other.refresh_from_db()
    assert other.is_removed


def test_what_somebody_else_decided_is_not_decided_again(moderator):
    comment = hold(comment_on(PublishedArticleFactory()))
    decisions.approve(SiteComment.objects.all(), member_of("Editors"))
    page = text(
        moderator.post(f"{QUEUE}decide/", {"action": "spam", "comment": comment.pk}, follow=True)
    )
    assert "Somebody else has decided that already" in page
    comment.refresh_from_db()
    assert comment.is_public


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"action": "approve"},
        {"action": "burn", "comment": 1},
        {"action": "approve", "comment": "x"},
        {"action": "approve", "comment": "9" * 30},
        {"action": "approve", "comment": list(range(21))},
    ],
)
def test_what_is_no_decision_changes_nothing(moderator, data):
    hold(comment_on(PublishedArticleFactory()))
    assert "Choose comments of one page" in text(
        moderator.post(f"{QUEUE}decide/", data, follow=True)
    )
    assert decisions.count_waiting() == 1


def test_a_comment_that_is_not_there_is_nobodys(moderator):
    page = text(
        moderator.post(f"{QUEUE}decide/", {"action": "approve", "comment": 2**31 - 1}, follow=True)
    )
    assert "Somebody else has decided that already" in page


def test_what_its_writer_changed_meanwhile_is_read_again_first(moderator):
    comment = hold(comment_on(PublishedArticleFactory(), comment="Harmless"))
    shown = re.search(r'name="shown" value="([^"]+)"', text(moderator.get(QUEUE)))[1]
    Edit.objects.create(comment=comment, text="Harmless")
    SiteComment.objects.filter(pk=comment.pk).update(comment="Not at all")
    data = {"action": "approve", "comment": comment.pk, "shown": shown}
    assert "its writer has changed it" in text(moderator.post(f"{QUEUE}decide/", data, follow=True))
    assert decisions.count_waiting() == 1
    again = text(moderator.get(QUEUE))
    assert "Edit history" in again
    assert "Harmless" in again
    for nonsense in ("x", "2026-13-45T99:00:00", "2026-11-24T12:00:00", "9999-99-99"):
        answer = moderator.post(f"{QUEUE}decide/", data | {"shown": nonsense}, follow=True)
        assert "its writer has changed it" in text(answer)


def test_every_report_is_read(moderator):
    comment = comment_on(PublishedArticleFactory())
    reports.report(comment, "one", "scam", "He wrote to me.")
    reports.report(comment, "two", "abuse", "And to me.")
    page = text(moderator.get(QUEUE))
    assert "It is a swindle or leads to one: He wrote to me." in page
    assert "It attacks somebody: And to me." in page


def test_undoing_what_waits_again_already_is_no_error(moderator):
    comment = hold(comment_on(PublishedArticleFactory()))
    moderator.post(f"{QUEUE}decide/", {"action": "approve", "comment": comment.pk})
    reports.report(comment, "one", "scam")
    assert "Undone: 1 comment put back." in text(moderator.post(f"{QUEUE}undo/", follow=True))
    assert decisions.count_waiting() == 1


def test_opening_the_decisions_changes_nothing(moderator):
    hold(comment_on(PublishedArticleFactory()))
    moderator.get(f"{QUEUE}decide/?action=approve&comment=1")
    moderator.get(f"{QUEUE}undo/")
    assert decisions.count_waiting() == 1


def test_it_takes_the_same_queries_however_many_wait(moderator, monkeypatch):
    """Pages are walked by key, so the hundredth costs what the first does."""
    article = PublishedArticleFactory()
    parent = comment_on(article)
    seen = []
    for number in range(24):
        hold(comment_on(article, parent, user=UserFactory() if number % 2 else None))
        if number in (2, 23):
            with CaptureQueriesContext(connection) as queries:
                page = queue_rows.page_of(OPEN)
            seen.append(len(queries))
    assert seen[0] == seen[1] <= 9
    assert (len(page.rows), OPEN.count()) == (20, 24)
    assert len(queue_rows.page_of(OPEN, page.following).rows) == 4


def test_a_dry_run_from_the_form_of_a_rule_saves_nothing(moderator):
    article = PublishedArticleFactory()
    comment_on(article, comment="A guaranteed profit, every day")
    form = {
        "name": "Profit",
        "kind": "words",
        "action": "hold",
        "reason": "Because.",
        "words": "guaranteed profit",
    }
    page = text(
        moderator.post(
            reverse("admin:comments_rule_add"), form | {"position": 5, "is_on": "on", "_try": "1"}
        )
    )
    assert "It would have caught 1 of the last 1 comments" in page
    assert "“guaranteed profit”" in page
    assert not Rule.objects.filter(name="Profit").exists()
    wallet = Rule.objects.get(kind="wallet")
    address = reverse("admin:comments_rule_change", args=[wallet.pk])
    changed = {
        "name": "Changed",
        "kind": "wallet",
        "action": "hold",
        "reason": "x",
        "position": 1,
        "_try": "1",
    }
    assert "It would have caught 0" in text(moderator.post(address, changed))
    wallet.refresh_from_db()
    assert wallet.name == "Wallet address"
    assert "This kind needs a number." in text(moderator.post(address, changed | {"kind": "links"}))


def test_a_dry_run_is_for_those_who_may_write_rules(client):
    client.force_login(member_of("Editors"))
    wallet = Rule.objects.get(kind="wallet")
    comment_on(PublishedArticleFactory())
    page = client.post(
        reverse("admin:comments_rule_change", args=[wallet.pk]), {"_try": "1", "kind": "wallet"}
    )
    assert "It would have caught" not in page.content.decode()


def test_undoing_a_ban_lifts_it_unless_it_stood_before(client):
    moderator = member_of("Moderators")
    client.force_login(moderator)
    article = PublishedArticleFactory()
    first, second = (
        comment_on(article, user_email="a@readers.example"),
        comment_on(article, user_email="b@readers.example"),
    )
    until = timezone.now() + timedelta(days=1)
    bans.impose("address", "b@readers.example", moderator, until)
    for comment, left in ((first, 1), (second, 1)):
        decisions.note(comment, name="Seen", found="", action="flag")
        data = {"action": "ban", "comment": comment.pk, "confirmed": "1"}
        client.post("/admin/comments/sitecomment/queue/decide/", data)
        assert Ban.objects.filter(value=comment.user_email).exists()
        client.post("/admin/comments/sitecomment/queue/undo/")
        assert Ban.objects.count() == left
        comment.refresh_from_db()
        assert not comment.is_removed
    assert Ban.objects.get().value == "b@readers.example"
    assert Ban.objects.get().until == until


def test_the_page_of_a_comment_tells_its_history(client):
    client.force_login(member_of("Moderators"))
    user = UserFactory()
    comment = comment_on(PublishedArticleFactory(), user=user, comment="Said <first>.")
    editing.change(comment, "Said last.")
    reports.report(comment, "somebody", "spam", "He sells something.")
    decisions.remove(SiteComment.objects.filter(pk=comment.pk), user)
    page = text(client.get(f"/admin/comments/sitecomment/{comment.pk}/change/"))
    for words in (
        "Said &lt;first&gt;.",
        "Said last.",
        "He sells something.",
        f"removed by {user.username}",
        "Readers do not",
    ):
        assert words in page
