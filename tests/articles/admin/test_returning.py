"""A story that comes back from review says what is missing, to whoever sent it."""

import pytest
from django.core import mail

from articles.models import Article, Author
from articles.publishing import workflow

from ...factories import DraftArticleFactory, member_of
from ...pages import squeezed

pytestmark = pytest.mark.django_db
NOTE = "Ask the second bank, and say when the clause ends."


@pytest.fixture
def author():
    return member_of("Authors", username="ines", email="ines@finality.example")


@pytest.fixture
def editor(client):
    user = member_of("Editors", username="maren", first_name="Maren", last_name="Oduya")
    client.force_login(user)
    return user


@pytest.fixture
def story(author):
    story = DraftArticleFactory(title="The clause")
    Author.objects.filter(articles=story).update(user=author)
    return workflow.submit(story, author)


def give_back(client, story, note=NOTE):
    data = {"to": "draft", "note": note}
    return client.post(f"/admin/articles/article/{story.pk}/status/", data, follow=True)


def form(client, story):
    return squeezed(client.get(f"/admin/articles/article/{story.pk}/change/").content.decode())


def test_the_note_is_mailed_and_stands_above_the_story_until_it_is_sent_again(
    client, editor, author, story, committed
):
    with committed():
        give_back(client, story)
    sent = mail.outbox[-1]
    assert sent.to == ["ines@finality.example"]
    assert sent.subject == "Returned to draft: The clause"
    assert NOTE in sent.body
    assert "Maren Oduya returned your story" in sent.body
    assert f"/admin/articles/article/{story.pk}/change/" in sent.body
    client.force_login(author)
    page = form(client, story)
    assert "Returned by Maren Oduya" in page
    assert NOTE in page
    story.refresh_from_db()
    workflow.submit(story, author)
    assert "Returned by" not in form(client, story)
    assert NOTE in form(client, story)  # among the changes of its status


def test_without_a_note_it_comes_back_all_the_same(client, editor, story, committed):
    with committed():
        give_back(client, story, note="")
    assert "What is missing" not in mail.outbox[-1].body
    assert Article.objects.get().status == "draft"
    assert "Returned by" not in form(client, story)


def test_who_takes_it_back_is_not_told(client, author, story, committed):
    client.force_login(author)
    with committed():
        give_back(client, story)
    assert mail.outbox == []
    assert Article.objects.get().status == "draft"


def test_a_note_too_long_changes_nothing(client, editor, story, committed):
    with committed():
        answer = give_back(client, story, note="x" * 301)
    assert "The note has 301 characters; 300 fit." in answer.content.decode()
    assert Article.objects.get().status == "in_review"
    assert mail.outbox == []


def test_a_title_of_several_lines_is_one_subject(client, editor, author, committed):
    story = workflow.submit(DraftArticleFactory(title="The\nclause\r\nBcc: a@b.example"), author)
    with committed():
        give_back(client, story)
    assert mail.outbox[-1].subject == "Returned to draft: The clause Bcc: a@b.example"
    assert mail.outbox[-1].to == ["ines@finality.example"]
