"""A reader comments: with and without JavaScript, signed in and as a stranger, well and badly."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import transaction
from django.test import Client

from articles.models import Article
from comments.models import Confirmation, ReplyRefused, SiteComment
from comments.posting.forms import CommentForm
from comments.reading.plain_text_html import prose

from ..factories import DraftArticleFactory, PublishedArticleFactory, UserFactory, comment_on

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "Hollis",
    "email": "hollis@readers.example",
    "comment": "Could the banks publish the log?",
}


def target(article: Article) -> dict[str, str]:
    return {"content_type": "articles.article", "object_pk": str(article.pk)}


def fresh(article: Article, **words: str) -> dict[str, str]:
    """The form as a browser sends it: the words, with the tokens that the page fetched."""
    initial = CommentForm(article).initial
    tokens = {name: str(initial[name]) for name in ("timestamp", "security_hash")}
    return {**target(article), **tokens, **WORDS, **words}


def test_a_stranger_is_asked_by_mail_and_nothing_is_public(client, committed):
    article = PublishedArticleFactory()
    with committed():
        response = client.post("/comments/post/", fresh(article))
    assert response.status_code == 302
    assert response["Location"] == "/comments/sent/"
    assert SiteComment.objects.count() == 0
    assert [message.to for message in mail.outbox] == [["hollis@readers.example"]]


def test_the_mail_carries_none_of_the_strangers_words(client, committed):
    article = PublishedArticleFactory(title="Banks don't agree & never did")
    with committed():
        client.post(
            "/comments/post/", fresh(article, name="Buy Now", comment="Visit https://scam.example/")
        )
    text = str(mail.outbox[0].message())
    assert "Buy Now" not in text
    assert "scam.example" not in text
    assert "Banks don't agree & never did" in mail.outbox[0].body


def test_the_link_in_the_mail_names_nobody(client, committed):
    with committed():
        client.post("/comments/post/", fresh(PublishedArticleFactory()))
    link = re.search(r"http\S+", mail.outbox[0].body)[0]
    assert link == f"http://127.0.0.1:8000/comments/confirm/{Confirmation.objects.get().key}/"


def test_sending_twice_is_asked_about_once(client, committed):
    article = PublishedArticleFactory()
    with committed():
        client.post("/comments/post/", fresh(article))
        client.post("/comments/post/", fresh(article))
    assert Confirmation.objects.count() == 1
    assert len(mail.outbox) == 1


def test_nobody_fills_somebodys_inbox(client, committed):
    article = PublishedArticleFactory()
    with committed():
        for number in range(9):
            response = client.post("/comments/post/", fresh(article, comment=f"Comment {number}"))
    assert len(mail.outbox) == 5
    assert response.status_code == 400
    assert "links that we mailed to this address first" in response.content.decode()


def test_an_account_holder_is_published_at_once(client):
    article, user = PublishedArticleFactory(), UserFactory(first_name="Ada", last_name="Quill")
    client.force_login(user)
    response = client.post("/comments/post/", fresh(article, name="", email=""))
    comment = SiteComment.objects.get()
    assert response["Location"] == f"{article.get_absolute_url()}#c{comment.pk}"
    assert (comment.name, comment.user) == ("Ada Quill", user)
    article.refresh_from_db()
    assert article.comment_count == 1


def test_an_account_holder_who_sends_twice_has_one_comment(client):
    article = PublishedArticleFactory()
    client.force_login(UserFactory())
    first = client.post("/comments/post/", fresh(article))
    assert client.post("/comments/post/", fresh(article))["Location"] == first["Location"]
    assert SiteComment.objects.count() == 1


def test_without_javascript_a_preview_page_brings_the_tokens(committed):
    browser = Client(enforce_csrf_checks=True)
    article = PublishedArticleFactory()
    preview = browser.post("/comments/preview/", {**target(article), **WORDS})
    assert preview.status_code == 200
    page = preview.content.decode()
    assert WORDS["comment"] in page
    hidden = dict(re.findall(r'<input type="hidden"[^>]* name="(\w+)" value="([^"]*)"', page))
    with committed():
        response = browser.post("/comments/post/", {**hidden, **WORDS})
    assert response["Location"] == "/comments/sent/"
    assert Confirmation.objects.get().comment == WORDS["comment"]


def test_with_javascript_the_tokens_are_fetched(committed):
    browser = Client(enforce_csrf_checks=True)
    article = PublishedArticleFactory()
    tokens = browser.get("/comments/tokens/", target(article))
    assert "no-store" in tokens["Cache-Control"]
    with committed():
        response = browser.post("/comments/post/", {**tokens.json(), **target(article), **WORDS})
    assert response["Location"] == "/comments/sent/"


def test_posting_without_the_token_of_the_form_is_refused():
    article = PublishedArticleFactory()
    response = Client(enforce_csrf_checks=True).post("/comments/post/", fresh(article))
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()
    assert Confirmation.objects.count() == 0


def test_a_form_that_lay_open_too_long_comes_back_with_its_words(client, noon):
    article = PublishedArticleFactory()
    data = fresh(article)
    noon.shift(3 * 60 * 60)
    response = client.post("/comments/post/", data)
    page = response.content.decode()
    assert response.status_code == 400
    assert "lay open for too long" in page
    assert WORDS["comment"] in page
    assert Confirmation.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Tell us what to call you."),
        ("email", "hollis@", "Write the address in full"),
        ("email", "", "Add your e-mail address."),
        ("comment", "", "Write something first."),
        ("comment", "x" * 3001, "Keep it under 3,000 characters."),
        ("url", "javascript:alert(1)", "Write the address in full"),
        ("comment", "a\x00b", "character"),
        ("reply_to", "999999999", "no longer here"),
        ("reply_to", "99999999999999999999", "no longer here"),
        ("honeypot", "filled", "form lay open"),
        ("timestamp", "9" * 400, "form lay open"),
        ("email", "x@" + "İ" * 60 + ".com", "Write the address in full"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(client, field, value, sentence):
    article = PublishedArticleFactory()
    response = client.post("/comments/post/", fresh(article, **{field: value}))
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert Confirmation.objects.count() == 0
    assert SiteComment.objects.count() == 0


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"content_type": "auth.user", "object_pk": "1"},
        {"content_type": "foo-bar", "object_pk": "1"},
        {"content_type": "articles.article", "object_pk": "x"},
        {"content_type": "articles.article", "object_pk": "9" * 40},
    ],
)
@pytest.mark.parametrize("address", ["/comments/post/", "/comments/preview/"])
def test_a_form_that_names_no_article_gets_a_sentence(client, address, bad):
    response = client.post(address, bad)
    assert response.status_code == 404
    assert "This conversation is closed" in response.content.decode()


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_what_is_not_out_or_not_open_takes_no_comments(client, state):
    article = (
        DraftArticleFactory() if state == "draft" else PublishedArticleFactory(comments_open=False)
    )
    assert client.post("/comments/post/", fresh(article)).status_code == 404
    assert Confirmation.objects.count() == 0


def test_a_reply_to_a_comment_on_another_article_is_refused(client):
    elsewhere = comment_on(PublishedArticleFactory())
    article = PublishedArticleFactory()
    response = client.post("/comments/post/", fresh(article, reply_to=str(elsewhere.pk)))
    assert response.status_code == 400
    assert Confirmation.objects.count() == 0


def test_a_refused_reply_leaves_no_row():
    article = PublishedArticleFactory()
    content_type = ContentType.objects.get_for_model(Article)
    reply = SiteComment(
        content_type=content_type,
        object_pk=str(article.pk),
        site_id=1,
        parent_id=12345,
        comment="x",
    )
    with pytest.raises(ReplyRefused), transaction.atomic():
        reply.save()
    assert SiteComment.objects.count() == 0


def test_a_reply_to_the_deepest_level_stands_beside_what_it_answers():
    article = PublishedArticleFactory()
    comment = comment_on(article)
    for _ in range(6):
        comment = comment_on(article, comment)
    assert sorted(SiteComment.objects.values_list("level", flat=True)) == [0, 1, 2, 3, 3, 3, 3]


def test_saving_a_comment_again_publishes_nothing_else():
    """The library republished held replies whenever their parent was saved."""
    article = PublishedArticleFactory()
    parent = comment_on(article)
    held = comment_on(article, parent)
    SiteComment.objects.filter(pk=held.pk).update(is_public=False)
    parent = SiteComment.objects.get(pk=parent.pk)
    for _ in range(3):
        parent.save()
    held.refresh_from_db()
    parent.refresh_from_db()
    assert not held.is_public
    assert parent.nested_count == 1


def test_addresses_of_readers_are_on_no_page(client):
    article = PublishedArticleFactory()
    comment_on(article, ip_address="203.0.113.9")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "wendeline@readers.example" not in page
    assert "203.0.113.9" not in page
    assert "gravatar" not in page


def test_the_same_words_may_answer_two_people(client):
    article = PublishedArticleFactory()
    client.force_login(UserFactory())
    for answered in (comment_on(article), comment_on(article)):
        client.post("/comments/post/", fresh(article, comment="Thanks.", reply_to=str(answered.pk)))
    assert SiteComment.objects.filter(comment="Thanks.").count() == 2


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "See https://a.example/x.",
            'href="https://a.example/x" rel="ugc nofollow noopener">https://a.example/x</a>.',
        ),
        ('"https://a.example/x"', '&quot;<a href="https://a.example/x"'),
        ("<https://a.example/y>", '&lt;<a href="https://a.example/y"'),
        ("https://a.example/?a=1&b=2", 'href="https://a.example/?a=1&amp;b=2"'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
    ],
)
def test_addresses_become_links_and_nothing_else_becomes_markup(text, html):
    assert html in prose(text)


@pytest.mark.parametrize(("behind", "address"), [(True, "203.0.113.9"), (False, "127.0.0.1")])
def test_behind_a_proxy_the_reader_is_who_the_proxy_says(client, settings, behind, address):
    settings.BEHIND_PROXY = behind
    article = PublishedArticleFactory()
    client.post("/comments/post/", fresh(article), HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.9")
    assert Confirmation.objects.get().ip_address == address
