"""The button behind the mailed link: it publishes, once, and only when it is pressed."""

import pytest
from django.core import mail

from articles.models import Article
from comments.models import Confirmation, SiteComment
from comments.posting import confirmation

from ..factories import PublishedArticleFactory, comment_on

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
