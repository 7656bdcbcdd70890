"""Mails about replies: to whom, when, and how they stop."""

import pytest
from django.core import mail

from articles.models import Article
from comments import notifications, posting, privacy
from comments.models import SiteComment

from ..factories import PublishedArticleFactory, comment_on

pytestmark = pytest.mark.django_db
REPLY = {"name": "Ossian", "email": "ossian@readers.example", "comment": "I kept the schedule."}


def reply_to(parent, committed, **words):
    article = Article.objects.get(pk=int(parent.object_pk))
    with committed():
        return posting.publish(article, {**REPLY, **words, "reply_to": parent.pk}, ip=None)


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


def test_network_addresses_are_forgotten_after_two_weeks(noon):
    comment_on(PublishedArticleFactory(), ip_address="203.0.113.9")
    noon.shift(privacy.IP_LIFETIME.total_seconds() - 60)
    assert privacy.forget_ip_addresses.call() == 0
    noon.shift(120)
    assert privacy.forget_ip_addresses.call() == 1
    assert SiteComment.objects.get().ip_address is None
