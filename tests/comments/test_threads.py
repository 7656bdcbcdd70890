"""The tree: right order, right nesting, one query."""

from html.parser import HTMLParser

import pytest
from django.test.utils import CaptureQueriesContext

from comments import moderation, threads
from comments.models import SiteComment

from ..factories import AuthorFactory, PublishedArticleFactory, UserFactory, comment_on

pytestmark = pytest.mark.django_db


class Balance(HTMLParser):
    """Fails when a list element is closed that was not opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.deepest = 0

    def handle_starttag(self, tag, attrs):
        if tag in ("ol", "li"):
            self.open.append(tag)
            self.deepest = max(self.deepest, self.open.count("ol"))

    def handle_endtag(self, tag):
        if tag in ("ol", "li"):
            assert self.open.pop() == tag


def shape(article):
    """The conversation as (text, depth) pairs."""
    depth, pairs = 0, []
    for step in threads.thread(article):
        depth += step.opens
        pairs.append((step.thought.comment, depth))
        depth -= step.closes
    return pairs


def test_replies_follow_what_they_answer_oldest_first():
    article = PublishedArticleFactory()
    a = comment_on(article, comment="a")
    b = comment_on(article, comment="b")
    a1 = comment_on(article, a, comment="a1")
    comment_on(article, b, comment="b1")
    comment_on(article, a1, comment="a1x")
    comment_on(article, a, comment="a2")
    assert shape(article) == [("a", 0), ("a1", 1), ("a1x", 2), ("a2", 1), ("b", 0), ("b1", 1)]


def test_a_removed_comment_with_replies_leaves_a_tombstone_and_without_nothing():
    article = PublishedArticleFactory()
    parent = comment_on(article, comment="parent")
    comment_on(article, parent, comment="child")
    lonely = comment_on(article, comment="lonely")
    moderation.remove(SiteComment.objects.filter(pk__in=[parent.pk, lonely.pk]))
    steps = threads.thread(article)
    assert [(step.thought.comment, step.thought.is_tombstone) for step in steps] == [("parent", True), ("child", False)]
    article.refresh_from_db()
    assert article.comment_count == 1


def test_a_tombstone_does_not_say_what_stood_there(client):
    article = PublishedArticleFactory()
    parent = comment_on(article, comment="Send me your seed phrase", user_name="Helpful")
    comment_on(article, parent)
    moderation.remove(SiteComment.objects.filter(pk=parent.pk))
    page = client.get(article.get_absolute_url()).content.decode()
    assert "A moderator removed this thought." in page
    assert "seed phrase" not in page
    assert "Helpful" not in page


def test_comments_of_other_articles_stay_there():
    article = PublishedArticleFactory()
    comment_on(PublishedArticleFactory(), comment="elsewhere")
    assert threads.thread(article) == []


@pytest.mark.parametrize("count", [1, 60])
def test_the_tree_takes_one_query_for_any_size_with_accounts_and_authors(count):
    from django.db import connection

    article = PublishedArticleFactory()
    for number in range(count):
        user = UserFactory()
        if number % 2:
            AuthorFactory(user=user)
        comment_on(article, user=user)
    article.refresh_from_db()
    with CaptureQueriesContext(connection) as queries:
        for step in threads.thread(article):
            assert step.thought.name
    assert len(queries) == 1


def test_the_lists_in_the_page_are_balanced_and_four_deep(client):
    article = PublishedArticleFactory()
    comment = comment_on(article)
    for _ in range(5):
        comment = comment_on(article, comment)
    comment_on(article)
    page = client.get(article.get_absolute_url()).content.decode()
    balance = Balance()
    balance.feed(page[page.index('id="comments"') :])
    assert balance.open == []
    assert balance.deepest == 4


def test_a_thousand_levels_of_wrong_data_do_not_overflow():
    """Rows written by something else may be deeper than ours ever are."""
    article = PublishedArticleFactory()
    parent = comment_on(article)
    for _ in range(40):
        child = comment_on(article)
        SiteComment.objects.filter(pk=child.pk).update(parent_id=parent.pk, thread_id=parent.thread_id)
        parent = SiteComment.objects.get(pk=child.pk)
    assert len(threads.thread(article)) == 41


def test_badges_name_the_author_of_the_story_and_the_staff(client):
    writer, colleague = UserFactory(), UserFactory(is_staff=True)
    article = PublishedArticleFactory(authors=[AuthorFactory(user=writer, name="Maren Oduya")])
    comment_on(article, user=writer)
    comment_on(article, user=colleague)
    comment_on(article, user_name="Maren Oduya")
    page = client.get(article.get_absolute_url()).content.decode()
    assert page.count('class="staff">Author<') == 1
    assert page.count('class="staff">Staff<') == 1
