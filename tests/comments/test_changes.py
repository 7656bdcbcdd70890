"""Writers change or take back what they said: for a while, seen as changed, and judged anew."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from comments.models import Edit, Rule, SiteComment
from comments.moderation import decisions as moderation
from comments.posting import confirmation, editing, submission

from ..factories import PublishedArticleFactory, SectionFactory, UserFactory, comment_on

pytestmark = pytest.mark.django_db
WALLET = "Send it to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.fixture
def article():
    return PublishedArticleFactory(slug="the-clause", section=SectionFactory(name="Policy"))


def page_of(client, article):
    return client.get(article.get_absolute_url()).content.decode()


@pytest.fixture
def writer(client):
    user = UserFactory(first_name="Ada", last_name="Quill")
    client.force_login(user)
    return user


def said_by(user, article, text="The banks agreed"):
    words = {"name": "Ada Quill", "email": user.email, "comment": text}
    return submission.post_as_user(article, words, user, "203.0.113.9")


def test_a_writer_changes_what_they_said_and_it_is_marked(client, article, writer):
    comment = said_by(writer, article)
    address = f"/comments/{comment.pk}/change/"
    assert "The banks agreed" in client.get(address).content.decode()
    answer = client.post(address, {"comment": "The banks agreed twice"})
    assert answer["Location"] == f"{article.get_absolute_url()}#c{comment.pk}"
    page = page_of(client, article)
    assert "The banks agreed twice" in page
    assert 'class="edited">changed<' in page
    assert Edit.objects.get().text == "The banks agreed"


def test_after_fifteen_minutes_it_stays_and_can_still_be_deleted_by_writers(
    noon, client, article, writer
):
    comment = said_by(writer, article)
    noon.shift(timedelta(minutes=15, seconds=1))
    address = f"/comments/{comment.pk}/change/"
    assert "Fifteen minutes have passed" in client.get(address).content.decode()
    refused = client.post(address, {"comment": "Something else"})
    assert refused.status_code == 400
    assert "A comment can be changed for fifteen minutes." in refused.content.decode()
    reply = comment_on(article, comment)
    client.post(address, {"take_back": "1"})
    page = page_of(client, article)
    assert "The banks agreed" not in re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert "Its writer deleted this comment." in page
    assert f'id="c{reply.pk}"' in page
    article.refresh_from_db()
    assert article.comment_count == 1
    assert client.get(address).status_code == 404


def test_nobody_changes_what_another_said(client, article, writer):
    comment = said_by(UserFactory(), article)
    for reader in (client, Client()):
        for method in (reader.get, reader.post):
            assert method(f"/comments/{comment.pk}/change/").status_code == 404
    comment.refresh_from_db()
    assert not comment.is_removed


def test_a_change_is_judged_as_the_comment_was(client, article, writer):
    comment = said_by(writer, article)
    answer = client.post(f"/comments/{comment.pk}/change/", {"comment": WALLET}, follow=True)
    assert "It holds a wallet address" in answer.content.decode()
    assert "0x5aAeb" not in page_of(client, article)
    rule = Rule.objects.get(kind="wallet")
    rule.action = Rule.Action.REFUSE
    rule.save()
    other = said_by(writer, article, "Another")
    refused = client.post(f"/comments/{other.pk}/change/", {"comment": WALLET})
    assert "It holds a wallet address" in refused.content.decode()
    other.refresh_from_db()
    assert other.comment == "Another"


def test_what_a_moderator_removed_meanwhile_is_not_changed(article, writer):
    comment = said_by(writer, article)
    moderation.remove(SiteComment.objects.filter(pk=comment.pk))
    with pytest.raises(editing.TooLate, match="no longer here"):
        editing.change(comment, "Something else")
    with pytest.raises(editing.TooLate, match="no longer here"):
        editing.take_back(comment)


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "Write something first."), ("x" * 3001, "under 3,000"), ("a\0b", "haracter")],
)
def test_a_change_to_nothing_changes_nothing(client, article, writer, text, words):
    comment = said_by(writer, article)
    answer = client.post(f"/comments/{comment.pk}/change/", {"comment": text})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    comment.refresh_from_db()
    assert comment.comment == "The banks agreed"


def test_what_its_writer_took_back_is_not_put_on_the_page_by_anybody(article, writer):
    comment = said_by(writer, article)
    one = SiteComment.objects.filter(pk=comment.pk)
    decisions = moderation.remove(one)
    moderation.undo([each.pk for each in decisions], None)
    again = moderation.remove(one)
    moderation.approve(one)
    editing.take_back(comment)
    assert moderation.approve(one) == []
    assert not moderation.undo([each.pk for each in again], None)
    comment.refresh_from_db()
    assert comment.is_removed


def test_a_stranger_changes_theirs_by_the_link_that_confirmed_it(client, article):
    words = {
        "name": "Hollis",
        "email": "hollis@readers.example",
        "comment": "Could they publish the log?",
    }
    asked = confirmation.ask(article, words, None)
    address = f"/comments/confirm/{asked.key}/change/"
    assert client.get(address).status_code == 404
    comment = confirmation.confirm(asked.key)
    assert address in client.get(f"/comments/confirm/{asked.key}/").content.decode()
    client.post(address, {"comment": "Could they publish the logs?"})
    comment.refresh_from_db()
    assert comment.comment == "Could they publish the logs?"
    client.post(address, {"take_back": "1"})
    comment.refresh_from_db()
    assert comment.is_removed
    assert client.get("/comments/confirm/nobodys/change/").status_code == 404


def test_whoever_is_signed_in_is_offered_their_own_young_comments(client, article, writer):
    comment = said_by(writer, article)
    old = said_by(writer, article, "Older")
    SiteComment.objects.filter(pk=old.pk).update(submit_date=timezone.now() - timedelta(hours=1))
    said_by(UserFactory(), article)
    answer = client.get(
        "/comments/tokens/", {"content_type": "articles.article", "object_pk": article.pk}
    )
    assert answer.json()["mine"] == [comment.pk]
