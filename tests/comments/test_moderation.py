"""Moderation: rules and bans on a comment that is posted, and the decisions of moderators."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from articles.models import Article
from comments.models import Ban, Confirmation, Flag, ModerationDecision, Rule, SiteComment
from comments.moderation import bans
from comments.moderation import decisions as moderation
from comments.posting import confirmation, submission
from comments.posting.policy import CommentRefused
from comments.reading import paging

from ..factories import PublishedArticleFactory, UserFactory, comment_on, member_of
from ..pages import squeezed
from .test_posting import fresh

pytestmark = pytest.mark.django_db
WALLET = "Send it to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
WORDS = {"name": "Hollis", "email": "hollis@readers.example", "comment": WALLET}


@pytest.fixture
def article():
    return PublishedArticleFactory()


@pytest.fixture
def moderator():
    return member_of("Moderators", first_name="Ines", last_name="Moderate")


def held(article, **words):
    return submission.publish(article, {**WORDS, **words}, ip="203.0.113.9")


def page_of(client, article):
    return client.get(article.get_absolute_url()).content.decode()


def test_a_held_comment_is_on_no_page_and_counts_nowhere(client, article):
    comment = held(article)
    flag = Flag.objects.get()
    assert (flag.comment_id, flag.rule_name, flag.found) == (
        comment.pk,
        "Wallet address",
        WALLET.split()[-1],
    )
    page = page_of(client, article)
    assert "0x5aAeb" not in page
    assert "No thoughts on" in page


def test_its_writer_is_told_why_in_plain_words(client, article):
    client.force_login(UserFactory())
    answer = client.post("/comments/post/", fresh(article, comment=WALLET), follow=True)
    page = answer.content.decode()
    assert "A moderator will look at it first" in page
    assert "It holds a wallet address" in page


def test_a_stranger_confirms_and_is_told_why_it_waits(client, article):
    asked = confirmation.ask(article, WORDS, "203.0.113.9")
    answer = client.post(f"/comments/confirm/{asked.key}/", follow=True)
    assert "It holds a wallet address" in answer.content.decode()
    again = client.get(f"/comments/confirm/{asked.key}/").content.decode()
    assert "Waiting for a moderator" in squeezed(again)


def test_what_is_refused_is_not_stored_and_no_mail_goes_out(client, article, committed):
    Rule.objects.filter(kind="wallet").update(action="refuse")
    with committed():
        answer = client.post("/comments/post/", fresh(article, comment=WALLET))
    assert answer.status_code == 400
    assert "It holds a wallet address" in answer.content.decode()
    assert WALLET in answer.content.decode()
    assert (SiteComment.objects.count(), Confirmation.objects.count(), mail.outbox) == (0, 0, [])


def test_a_marked_comment_is_on_the_page_and_in_the_queue(client, article):
    Rule.objects.filter(kind="wallet").update(action="flag")
    comment = held(article)
    assert comment.is_public
    assert moderation.count_waiting() == 1
    moderation.approve(SiteComment.objects.all())
    assert (moderation.count_waiting(), Flag.objects.get().outcome) == (0, "approved")


def test_a_rule_that_is_off_holds_nothing_and_the_newsroom_is_not_judged(article):
    assert submission.post_as_user(article, WORDS, UserFactory(is_staff=True), None).is_public
    Rule.objects.update(is_on=False)
    assert held(article).is_public


def test_approved_it_is_on_the_page_counted_and_its_parent_hears_of_it(
    client, article, moderator, committed
):
    parent = comment_on(article, followup=True)
    with committed():
        comment = held(article, reply_to=parent.pk)
    assert mail.outbox == []
    with committed():
        moderation.approve(SiteComment.objects.filter(pk=comment.pk), moderator)
    assert [message.to for message in mail.outbox] == [["wendeline@readers.example"]]
    assert "2 thoughts on" in page_of(client, article)
    flag = Flag.objects.get()
    assert (flag.outcome, flag.settled_by) == ("approved", moderator)


def test_a_held_reply_cannot_be_answered(article):
    comment = held(article)
    with pytest.raises(Exception, match="no longer here"):
        submission.publish(article, {**WORDS, "comment": "Why?", "reply_to": comment.pk}, ip=None)


def test_many_held_comments_push_nothing_off_the_page(client, article, monkeypatch):

    monkeypatch.setattr(paging, "THREADS_PER_PAGE", 2)
    Rule.objects.exclude(kind="wallet").update(is_on=False)
    for _ in range(5):
        held(article)
    comment_on(article, comment="Said in earnest")
    page = page_of(client, article)
    assert "Said in earnest" in page
    assert "Later comments" not in page


def test_of_two_who_decide_the_second_changes_nothing(article, moderator):
    comment = held(article)
    one = SiteComment.objects.filter(pk=comment.pk)
    assert len(moderation.remove(one, moderator)) == 1
    assert moderation.remove(one, member_of("Editors")) == []
    assert Flag.objects.get().settled_by == moderator


@pytest.mark.parametrize("action", ["approve", "remove", "spam"])
def test_every_decision_can_be_taken_back_once(article, moderator, action):
    comment = held(article)
    decisions = moderation.decide(SiteComment.objects.filter(pk=comment.pk), action, moderator)
    article.refresh_from_db()
    assert article.comment_count == (1 if action == "approve" else 0)
    assert moderation.undo([each.pk for each in decisions], moderator).comments == 1
    comment.refresh_from_db()
    article.refresh_from_db()
    assert (comment.is_public, comment.is_removed, article.comment_count) == (False, False, 0)
    assert moderation.count_waiting() == 1
    assert not moderation.undo([each.pk for each in decisions], moderator)


def test_what_was_decided_again_since_is_not_deleted_by_writers(article, moderator):
    comment = comment_on(article)
    one = SiteComment.objects.filter(pk=comment.pk)
    first = moderation.remove(one, moderator)
    moderation.approve(one, moderator)
    assert not moderation.undo([each.pk for each in first], moderator)
    comment.refresh_from_db()
    assert not comment.is_removed


def test_a_ban_takes_what_was_said_lately_with_it_and_nothing_older(article, moderator):
    bad = {"user_email": "Brank@scams.example"}
    old = comment_on(article, submit_date=timezone.now() - timedelta(days=100), **bad)
    lately = comment_on(article, **bad)
    other = comment_on(article)
    moderation.ban_writer(lately, bans.Sentence(by=moderator))
    removed = set(SiteComment.objects.filter(is_removed=True).values_list("pk", flat=True))
    assert removed == {lately.pk}
    assert {old.pk, other.pk}.isdisjoint(removed)
    assert ModerationDecision.objects.get().action == "spam"
    with pytest.raises(CommentRefused, match="You cannot write here"):
        held(article, email="brank@scams.example", comment="Hello again")


def test_an_account_is_banned_by_name_and_whoever_types_its_name_is_not(article, moderator):
    user = UserFactory(username="brank", email="")
    comment = submission.post_as_user(
        article, {**WORDS, "email": "brank@accounts.invalid"}, user, None
    )
    moderation.ban_writer(comment, bans.Sentence(by=moderator))
    with pytest.raises(CommentRefused):
        submission.post_as_user(
            article, {**WORDS, "comment": "Again", "email": "new@readers.example"}, user, None
        )
    assert submission.publish(
        article, {**WORDS, "name": "brank", "comment": "Not them"}, ip=None
    ).pk


@pytest.mark.parametrize(
    ("network", "ip", "is_banned"),
    [
        ("203.0.113.0/24", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.9", True),
        ("203.0.113.0/24", "203.0.114.9", False),
        ("2001:db8::/48", "2001:db8:0:1::5", True),
        ("2001:db8::/48", "2001:db9::1", False),
        ("203.0.113.0/24", None, False),
    ],
)
def test_networks(network, ip, is_banned):
    bans.impose(Ban.Kind.NETWORK, network, None)
    assert bool(bans.of_writer(None, "a@readers.example", ip)) is is_banned


def test_a_ban_ends_at_its_time_and_says_so(noon, article):
    bans.impose(
        "address", "Hollis@readers.example", None, until=timezone.now() + timedelta(hours=2)
    )
    with pytest.raises(CommentRefused, match="until 22 November 2026, 14:00 UTC"):
        held(article, comment="Hello")
    noon.shift(timedelta(hours=2, seconds=1))
    assert held(article, comment="Hello").is_public


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("network", "203.0.113", "such as 203"),
        ("network", "0.0.0.0/0", "too large"),
        ("address", "brank", "in full"),
    ],
)
def test_a_ban_that_names_nobody_is_refused_in_words(client, kind, value, words):
    client.force_login(member_of("Moderators"))
    page = client.post("/admin/comments/ban/add/", {"kind": kind, "value": value})
    assert words in page.content.decode()
    assert Ban.objects.count() == 0


def test_the_page_of_a_comment_that_waits_for_nobody_leads_to_the_story(client, article):
    comment = comment_on(article)
    assert (
        client.get(f"/comments/held/{article.pk}/{comment.pk}/")["Location"]
        == article.get_absolute_url()
    )
    assert (
        client.get(f"/comments/held/{article.pk}/999999999/")["Location"]
        == article.get_absolute_url()
    )
    assert client.get(f"/comments/held/{article.pk}/999999999999/").status_code == 404
    Article.objects.update(status="withdrawn")
    assert client.get(f"/comments/held/{article.pk}/{comment.pk}/")["Location"] == "/"


@pytest.mark.parametrize("banned", ["troll@gmail.com", "t.roll+1@googlemail.com"])
def test_a_ban_of_an_address_is_of_its_inbox(banned):
    bans.impose("address", banned, None)
    for spelling in ("troll@gmail.com", "Troll+2@gmail.com", "tr.oll@googlemail.com"):
        assert bans.of_writer(None, spelling, None)
    assert bans.of_writer(None, "stroll@gmail.com", None) is None
