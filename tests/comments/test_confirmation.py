"""The button behind the mailed link: it publishes, once, and only when it is pressed."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles.models import Article
from comments.models import Confirmation, SiteComment
from comments.posting import confirmation
from core import ratelimit, strangers

from ..factories import PublishedArticleFactory, comment_on
from .test_posting import fresh

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "Hollis",
    "email": "hollis@readers.example",
    "comment": "Could the banks publish the log?",
}


def waiting(article=None, **words):
    return confirmation.ask(article or PublishedArticleFactory(), {**WORDS, **words}, "203.0.113.9")


def test_opening_the_link_changes_nothing(client):
    """Mail programs open links to scan them."""
    address = f"/comments/confirm/{waiting().key}/"
    for method in (client.get, client.head, client.get):
        assert method(address).status_code == 200
    assert SiteComment.objects.count() == 0


def test_the_button_publishes_and_the_count_follows(client):
    asked = waiting()
    response = client.post(f"/comments/confirm/{asked.key}/")
    comment = SiteComment.objects.get()
    assert response["Location"] == f"{asked.article.get_absolute_url()}#c{comment.pk}"
    page = client.get(asked.article.get_absolute_url()).content.decode()
    assert "1 thought on" in page
    assert f'id="c{comment.pk}"' in page


def test_ten_clicks_are_one_comment(client):
    asked = waiting()
    places = {client.post(f"/comments/confirm/{asked.key}/")["Location"] for _ in range(10)}
    assert len(places) == 1
    assert SiteComment.objects.count() == 1


def test_a_removed_comment_is_not_made_again(client):
    asked = waiting()
    client.post(f"/comments/confirm/{asked.key}/")
    SiteComment.objects.all().delete()
    assert client.post(f"/comments/confirm/{asked.key}/").status_code == 410
    assert SiteComment.objects.count() == 0


def test_an_old_link_says_so(client, noon):
    asked = waiting()
    noon.shift(confirmation.LIFETIME.total_seconds() + 1)
    assert client.get(f"/comments/confirm/{asked.key}/").status_code == 410
    assert client.post(f"/comments/confirm/{asked.key}/").status_code == 410
    assert SiteComment.objects.count() == 0


def test_a_forged_link_is_not_found(client):
    assert client.post("/comments/confirm/nothing-like-it/").status_code == 404
    assert client.get("/comments/confirm/%00/").status_code == 400


def test_a_reply_whose_parent_was_removed_meanwhile_is_refused_in_words(client):
    article = PublishedArticleFactory()
    parent = comment_on(article)
    asked = waiting(article, reply_to=parent.pk)
    SiteComment.objects.filter(pk=parent.pk).update(is_removed=True)
    response = client.post(f"/comments/confirm/{asked.key}/")
    assert response.status_code == 409
    assert "no longer here" in response.content.decode()


def test_what_nobody_confirmed_is_forgotten(noon):
    waiting()
    noon.shift(confirmation.LIFETIME.total_seconds() + 1)
    confirmation.forget_expired.call()
    assert Confirmation.objects.count() == 0


def test_no_mail_is_sent_for_what_was_confirmed_already():
    asked = waiting()
    confirmation.confirm(asked.key)
    confirmation.mail_link.call(asked.pk)
    assert mail.outbox == []


@pytest.mark.parametrize("change", [{"status": "withdrawn"}, {"comments_open": False}])
def test_nothing_is_published_where_the_conversation_has_closed_meanwhile(client, change):
    asked = waiting()
    Article.objects.update(**change)
    assert client.post(f"/comments/confirm/{asked.key}/").status_code == 410
    assert SiteComment.objects.count() == 0


def test_not_me_deletes_it_with_its_words_and_address(client):
    asked = waiting()
    page = client.post(f"/comments/confirm/{asked.key}/", {"delete": "1"}).content.decode()
    assert "The comment was not published" in page
    assert not Confirmation.objects.exists()
    assert not SiteComment.objects.exists()


def test_what_was_published_is_not_deleted_so(client):
    asked = waiting()
    confirmation.confirm(asked.key)
    client.post(f"/comments/confirm/{asked.key}/", {"delete": "1"})
    assert Confirmation.objects.filter(key=asked.key).exists()


def test_one_network_asks_for_so_many_mails_an_hour(noon):
    article = PublishedArticleFactory()
    for number in range(strangers.MOST_OF_NETWORK):
        waiting(article, email=f"person{number}@victims.example", comment=f"Number {number}.")
    with pytest.raises(ratelimit.RateLimited):
        waiting(article, email="one@more.example", comment="One more.")
    # Sent again it is no other mail; and the next hour is another.
    waiting(article, email="person1@victims.example", comment="Number 1.")
    noon.shift(timedelta(hours=1))
    waiting(article, email="one@more.example", comment="One more.")


def test_spellings_of_one_inbox_are_one(noon):
    article = PublishedArticleFactory()
    for number in range(confirmation.MOST_WAITING):
        waiting(article, email=f"vic.tim+{number}@gmail.com", comment=f"Number {number}.")
    with pytest.raises(confirmation.TooManyWaiting):
        waiting(article, email="victim@googlemail.com", comment="Another.")


def test_strangers_lock_nobody_out_of_their_own_address(noon):
    article = PublishedArticleFactory()
    words = {"name": "A", "email": "owner@readers.example", "url": ""}
    for number in range(confirmation.MOST_WAITING):
        confirmation.ask(article, words | {"comment": f"Not mine, {number}."}, "203.0.113.9")
    asked = confirmation.ask(article, words | {"comment": "Mine."}, "198.51.100.7")
    assert asked.is_new


def test_what_would_fill_an_inbox_waits_and_is_not_lost(settings, noon):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    article = PublishedArticleFactory()
    asked = [
        confirmation.ask(article, WORDS | {"comment": f"Number {number}."}, f"203.0.113.{number}")
        for number in range(strangers.MOST_OF_INBOX + 1)
    ]
    for each in asked[: strangers.MOST_OF_INBOX]:
        confirmation.mail_link.call(each.pk)
    assert len(mail.outbox) == strangers.MOST_OF_INBOX
    confirmation.mail_link.call(asked[-1].pk)
    assert len(mail.outbox) == strangers.MOST_OF_INBOX
    put_off = DBTaskResult.objects.get(run_after__gt=timezone.now() + timedelta(minutes=59))
    assert put_off.args_kwargs["args"] == [asked[-1].pk]


def test_over_the_limit_the_form_keeps_every_word(client, monkeypatch):
    monkeypatch.setattr(strangers._of_network, "_most", -1)
    article = PublishedArticleFactory()
    page = client.post("/comments/post/", fresh(article, comment="Every word of it."))
    assert page.status_code == 429
    assert "Every word of it." in page.content.decode()
    assert "Try again in an hour" in page.content.decode()
