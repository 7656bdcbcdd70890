"""The tree: right order, right nesting, one query."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.test.utils import CaptureQueriesContext

from articles.views import public_article
from comments.models import SiteComment
from comments.moderation import decisions
from comments.reading import paging, threads

from ..articles import validators
from ..factories import (
    AuthorFactory,
    PublishedArticleFactory,
    SectionFactory,
    UserFactory,
    comment_on,
)

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
    for step in threads.conversation_page(article).steps:
        depth += bool(step.opens)
        pairs.append((step.comment.comment, depth))
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
    decisions.remove(SiteComment.objects.filter(pk__in=[parent.pk, lonely.pk]))
    steps = threads.conversation_page(article).steps
    assert [(step.comment.comment, step.comment.is_tombstone) for step in steps] == [
        ("parent", True),
        ("child", False),
    ]
    article.refresh_from_db()
    assert article.comment_count == 1


def test_a_tombstone_does_not_say_what_stood_there(client):
    article = PublishedArticleFactory()
    parent = comment_on(article, comment="Send me your seed phrase", user_name="Helpful")
    comment_on(article, parent)
    decisions.remove(SiteComment.objects.filter(pk=parent.pk))
    page = client.get(article.get_absolute_url()).content.decode()
    assert "A moderator removed this comment." in page
    assert "seed phrase" not in page
    assert "Helpful" not in page


def test_comments_of_other_articles_stay_there():
    article = PublishedArticleFactory()
    comment_on(PublishedArticleFactory(), comment="elsewhere")
    assert threads.conversation_page(article).steps == []


@pytest.mark.parametrize("count", [1, 60])
def test_the_tree_takes_one_query_for_any_size_with_accounts_and_authors(count):
    from django.db import connection

    article = PublishedArticleFactory()
    for number in range(count):
        user = UserFactory()
        if number % 2:
            AuthorFactory(user=user)
        comment_on(article, user=user)
    article = public_article(article.slug)
    with CaptureQueriesContext(connection) as queries:
        for step in threads.conversation_page(article).steps:
            assert step.comment.name
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
        SiteComment.objects.filter(pk=child.pk).update(
            parent_id=parent.pk, thread_id=parent.thread_id
        )
        parent = SiteComment.objects.get(pk=child.pk)
    assert len(threads.conversation_page(article).steps) == 41


def test_badges_name_the_author_of_the_story_and_the_staff(client):
    writer, colleague = UserFactory(), UserFactory(is_staff=True)
    article = PublishedArticleFactory(authors=[AuthorFactory(user=writer, name="Maren Oduya")])
    comment_on(article, user=writer)
    comment_on(article, user=colleague)
    comment_on(article, user_name="Maren Oduya")
    page = client.get(article.get_absolute_url()).content.decode()
    assert page.count('class="staff">Author<') == 1
    assert page.count('class="staff">Staff<') == 1


# --- Long conversations, a page at a time ---------------------------------------------------


@pytest.fixture
def long(monkeypatch):
    """An article with five threads of two comments, two threads a page."""
    monkeypatch.setattr(paging, "THREADS_PER_PAGE", 2)
    article = PublishedArticleFactory(slug="the-clause", section=SectionFactory(name="Policy"))
    roots = [comment_on(article, comment=f"root {number}") for number in range(5)]
    for number, root in enumerate(roots):
        comment_on(article, root, comment=f"reply {number}")
    return article, roots


def said(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return re.findall(
        r"(?:root|reply) \d",
        re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.S),
    )


def test_a_long_conversation_is_walked_by_threads_and_nothing_is_left_out(client, long):
    article, roots = long
    address, seen = article.get_absolute_url(), []
    while address:
        page = client.get(address).content.decode()
        seen += said(client, address)
        found = re.search(r'<a href="([^"]*)" rel="next">Later comments', page)
        address = found and found[1]
    assert seen == [f"{kind} {number}" for number in range(5) for kind in ("root", "reply")]
    last = client.get(paging.page_from(article, roots[4].pk)).content.decode()
    assert f'<a href="{paging.page_from(article, roots[2].pk)}" rel="prev">' in last
    second = client.get(paging.page_from(article, roots[2].pk)).content.decode()
    assert '<a href="/policy/the-clause/#comments" rel="prev">' in second
    assert f'<link rel="canonical" href="{settings.SITE_URL}/policy/the-clause/">' in second


def test_every_comment_is_on_the_page_that_its_address_names(client, long):
    article, _ = long
    for comment in SiteComment.objects.all():
        page, anchor = paging.address_of(comment, article).split("#")
        assert f'id="{anchor}"' in client.get(page).content.decode()


def test_later_pages_name_no_story_of_their_own_to_search_engines(client, long):
    article, roots = long
    assert (
        validators.json_ld(client.get(paging.page_from(article, roots[2].pk)).content.decode())
        == {}
    )


def test_a_page_that_begins_nowhere_leads_to_the_story(client, long):
    article, roots = long
    for start in (0, roots[0].pk, roots[4].pk + 99, 10**30):
        response = client.get(f"/policy/the-clause/comments/{start}/")
        assert (response.status_code, response["Location"]) == (302, "/policy/the-clause/#comments")
    moved = client.get(f"/markets/the-clause/comments/{roots[2].pk}/")
    assert (moved.status_code, moved["Location"]) == (301, paging.page_from(article, roots[2].pk))
    assert client.get("/policy/nothing/comments/2/").status_code == 404


def test_an_answer_without_javascript_stays_on_its_page(client, long):
    article, roots = long
    page = client.get(
        paging.page_from(article, roots[2].pk), {"reply_to": roots[3].pk}
    ).content.decode()
    assert f'name="reply_to" value="{roots[3].pk}"' in page


def test_the_markup_tells_search_engines_of_the_comments(client):
    article = PublishedArticleFactory()
    comment_on(article, comment="A </script> of many words")
    gone = comment_on(article, comment="not to be seen")
    comment_on(article, gone, comment="a reply")
    decisions.remove(SiteComment.objects.filter(pk=gone.pk))
    page = client.get(article.get_absolute_url()).content.decode()
    told = validators.json_ld(page)["NewsArticle"]["comment"]
    assert [each["text"] for each in told] == ["A </script> of many words", "a reply"]
    assert "wendeline@" not in page
