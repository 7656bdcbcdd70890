"""Long lists on the desk: what is found, how far is counted, and what may be done to all at
once.
"""

import pytest

from articles.models import Article
from core import admin

from ..factories import DraftArticleFactory, PublishedArticleFactory, comment_on, member_of

pytestmark = pytest.mark.django_db
STORIES = "/admin/articles/article/"
COMMENTS = "/admin/comments/sitecomment/"


@pytest.fixture
def editor(client):
    client.force_login(member_of("Editors"))
    return client


def test_the_desk_finds_drafts_too_and_by_the_beginning_of_a_word(editor):
    DraftArticleFactory(title="The custodian’s draft")
    PublishedArticleFactory(title="Custody for sale")
    PublishedArticleFactory(title="Another")
    page = editor.get(f"{STORIES}?q=custod").content.decode()
    assert "The custodian’s draft" in page
    assert "Custody for sale" in page
    assert "Another" not in page
    assert "Another" in editor.get(f"{STORIES}?q=%22%21").content.decode()


def test_a_long_list_is_not_counted_to_its_end(editor, monkeypatch):
    monkeypatch.setattr(admin, "MOST_COUNTED", 3)
    DraftArticleFactory.create_batch(3)
    assert "More than" not in editor.get(STORIES).content.decode()
    DraftArticleFactory()
    page = " ".join(editor.get(STORIES).content.decode().split())
    assert "More than 3 stories" in page


def test_what_was_not_counted_is_not_changed_in_one_go(client, monkeypatch):
    client.force_login(member_of("Moderators"))
    monkeypatch.setattr(admin, "MOST_COUNTED", 3)
    article = PublishedArticleFactory()
    comments = [comment_on(article) for _ in range(4)]
    form = {"action": "remove", "select_across": "1", "_selected_action": [comments[0].pk]}
    answer = client.post(COMMENTS, form, follow=True).content.decode()
    assert "Narrow the list" in answer
    assert Article.objects.get().comment_count == 4
    client.post(COMMENTS, {**form, "select_across": "0"})
    assert Article.objects.get().comment_count == 3


@pytest.mark.parametrize("query", ["?o=1", "?o=-3.2", "?all=", "?p=99999", "?o=5"])
def test_a_list_is_walked_in_its_own_order_only(editor, query):
    PublishedArticleFactory.create_batch(2)
    assert editor.get(f"{STORIES}{query}").status_code in (200, 302)
