"""Mails about replies: to whom, when, and how they stop."""

import smtplib

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from articles.models import Article
from comments import notifications
from comments.models import ReplyNotification, Rule, SiteComment
from comments.moderation import decisions
from comments.posting import submission

from ..factories import PublishedArticleFactory, comment_on

pytestmark = pytest.mark.django_db
REPLY = {"name": "Ossian", "email": "ossian@readers.example", "comment": "I kept the schedule."}


def reply_to(parent, committed, **words):
    article = Article.objects.get(pk=int(parent.object_pk))
    with committed():
        return submission.publish(article, {**REPLY, **words, "reply_to": parent.pk}, ip=None)


def test_who_asked_is_told_with_a_link_to_stop(committed):
    asked = comment_on(PublishedArticleFactory(), followup=True)
    reply = reply_to(asked, committed)
    message = mail.outbox[0]
    assert message.to == ["wendeline@readers.example"]
    assert f"#c{reply.pk}" in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "readers.example" not in message.extra_headers["List-Unsubscribe"]


def test_who_did_not_ask_is_left_alone(committed):
    reply_to(comment_on(PublishedArticleFactory()), committed)
    assert mail.outbox == []


def test_nobody_is_told_of_their_own_reply(committed):
    asked = comment_on(PublishedArticleFactory(), followup=True)
    reply_to(asked, committed, email="Wendeline@readers.example")
    assert mail.outbox == []


def test_a_reply_that_was_removed_before_the_mail_is_not_mailed():
    asked = comment_on(PublishedArticleFactory(), followup=True)
    reply = comment_on(Article.objects.get(), asked)
    SiteComment.objects.filter(pk=reply.pk).update(is_removed=True)
    notifications.tell_followers.call(reply.pk)
    assert mail.outbox == []


def test_stopping_takes_a_button_or_a_mail_programs_post(client):
    asked = comment_on(PublishedArticleFactory(), followup=True)
    address = f"/comments/mute/{notifications.mute_key(asked)}/"
    assert client.get(address).status_code == 200
    asked.refresh_from_db()
    assert asked.followup
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    asked.refresh_from_db()
    assert not asked.followup


def test_a_forged_link_stops_nothing(client):
    comment_on(PublishedArticleFactory(), followup=True)
    assert client.post("/comments/mute/1/").status_code == 404
    assert SiteComment.objects.get().followup


def many_replies(parent, committed, noon, number):
    for each in range(number):
        noon.shift(1)
        reply_to(
            parent,
            committed,
            name=f"Reader {each}",
            email=f"reader-{each}@readers.example",
            comment=f"No. {each}.",
        )


def test_what_comes_too_fast_is_told_together(committed, noon):
    Rule.objects.update(is_on=False)
    asked = comment_on(PublishedArticleFactory(title="The clause"), followup=True)
    many_replies(asked, committed, noon, 8)
    assert len(mail.outbox) == notifications.MOST_AN_HOUR
    assert notifications.tell_together.call() == 0
    noon.shift(notifications.HOUR.total_seconds() + 1)
    assert notifications.tell_together.call() == 1
    digest = mail.outbox[-1]
    assert digest.subject == "5 replies to what you said"
    assert "Reader 3 under “The clause”" in digest.body
    assert "Reader 2" not in digest.body
    assert digest.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert notifications.tell_together.call() == 0


def test_a_mail_about_many_stops_them_all(client, committed, noon):
    Rule.objects.update(is_on=False)
    article = PublishedArticleFactory()
    comments = [comment_on(article, followup=True) for _ in range(2)]
    for comment in comments:
        many_replies(comment, committed, noon, 3)
    noon.shift(notifications.HOUR.total_seconds() + 1)
    notifications.tell_together.call()
    link = mail.outbox[-1].extra_headers["List-Unsubscribe"].strip("<>")
    client.post(link.removeprefix("http://testserver").split("8000")[-1])
    assert SiteComment.objects.filter(followup=True).exclude(pk=comments[0].pk).count() == 0


def test_what_waits_is_not_told_of_once_it_was_removed_or_its_reader_said_stop(committed, noon):
    Rule.objects.update(is_on=False)
    asked = comment_on(PublishedArticleFactory(), followup=True)
    many_replies(asked, committed, noon, 5)
    SiteComment.objects.filter(comment="No. 3.").update(is_removed=True)
    noon.shift(notifications.HOUR.total_seconds() + 1)
    notifications.tell_together.call()
    assert mail.outbox[-1].subject == "A reply to your comment"
    many_replies(asked, committed, noon, 5)
    notifications.mute(notifications.mute_key(asked))
    sent = len(mail.outbox)
    noon.shift(notifications.HOUR.total_seconds() + 1)
    notifications.tell_together.call()
    assert len(mail.outbox) == sent


def test_a_reply_is_told_once_even_if_it_was_hidden_between(committed):
    asked = comment_on(PublishedArticleFactory(), followup=True)
    reply = reply_to(asked, committed)
    with committed():
        decisions.remove(SiteComment.objects.filter(pk=reply.pk))
        decisions.approve(SiteComment.objects.filter(pk=reply.pk))
    notifications.tell_followers.call(reply.pk)
    assert len(mail.outbox) == 1


def test_a_mail_that_the_server_refused_is_not_lost(committed, monkeypatch):
    asked = comment_on(PublishedArticleFactory(), followup=True)
    reply = comment_on(Article.objects.get(), asked, user_email="ossian@readers.example")

    def refuse(*args):
        raise OSError("No mail today.")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(OSError, match="No mail today"):
            notifications.tell_followers.call(reply.pk)
    notifications.tell_followers.call(reply.pk)
    assert len(mail.outbox) == 1


def test_an_address_that_is_refused_holds_up_no_other(committed, noon, monkeypatch):
    Rule.objects.update(is_on=False)
    article = PublishedArticleFactory()
    for name in ("aaron", "zoe"):
        many_replies(
            comment_on(article, followup=True, user_email=f"{name}@readers.example"),
            committed,
            noon,
            4,
        )
    send = mail.EmailMessage.send

    def refuse(message, *args):
        if message.to == ["aaron@readers.example"]:
            raise OSError("No such mailbox.")
        return send(message, *args)

    noon.shift(notifications.HOUR.total_seconds() + 1)
    sent = len(mail.outbox)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with pytest.raises(OSError, match="No such mailbox"):
        notifications.tell_together.call()
    assert [message.to for message in mail.outbox[sent:]] == [["zoe@readers.example"]]


def test_what_was_held_while_it_waited_is_told_once_it_is_public(committed, noon):
    Rule.objects.update(is_on=False)
    asked = comment_on(PublishedArticleFactory(), followup=True)
    many_replies(asked, committed, noon, 4)
    SiteComment.objects.filter(comment="No. 3.").update(is_public=False)
    noon.shift(notifications.HOUR.total_seconds() + 1)
    assert notifications.tell_together.call() == 0
    SiteComment.objects.filter(comment="No. 3.").update(is_public=True)
    assert notifications.tell_together.call() == 1


def test_what_a_killed_worker_began_is_told_by_another(noon):
    asked = comment_on(PublishedArticleFactory(), followup=True)
    reply = comment_on(Article.objects.get(), asked, user_email="ossian@readers.example")
    to = notifications._digest(asked.email)
    ReplyNotification.objects.create(reply=reply, answered=asked, to=to, claimed_at=timezone.now())
    assert notifications.tell_together.call() == 0
    noon.shift(notifications.CLAIM_LASTS.total_seconds() + 1)
    assert notifications.tell_together.call() == 1


def test_an_account_without_an_address_is_not_mailed(committed):
    asked = comment_on(
        PublishedArticleFactory(), followup=True, user_email="vesper@accounts.invalid"
    )
    reply_to(asked, committed)
    assert mail.outbox == []


class DeadMailbox:
    """A server that knows no such mailbox; it counts how often it was asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self, *args, **options):
        self.asked += 1
        raise smtplib.SMTPRecipientsRefused({"wendeline@readers.example": (550, b"5.1.1 no")})


def test_a_mailbox_that_does_not_exist_is_asked_once(committed, monkeypatch):
    server = DeadMailbox()
    monkeypatch.setattr(EmailMessage, "send", server)
    article = PublishedArticleFactory()
    asked, other = comment_on(article, followup=True), comment_on(article, followup=True)
    reply_to(asked, committed)
    for _ in range(3):
        notifications.tell_together.call()
    reply_to(other, committed, comment="Another reply.")
    assert server.asked == 1
    assert not SiteComment.objects.filter(followup=True).exists()
    assert not ReplyNotification.objects.filter(mailed_at=None).exists()


def test_a_server_that_says_later_is_asked_again(committed, monkeypatch):
    def later(*args, **options):
        raise smtplib.SMTPRecipientsRefused({"wendeline@readers.example": (451, b"4.7.1 later")})

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", later)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            notifications.tell_followers.call(
                reply_to(comment_on(PublishedArticleFactory(), followup=True), committed).pk
            )
    assert SiteComment.objects.filter(followup=True).exists()
    notifications.tell_together.call()
    assert len(mail.outbox) == 1
