"""A conversation the newest first, or the most liked."""

import re

import pytest

from comments.models import CommentStats
from comments.reading import paging

from ..factories import PublishedArticleFactory, SectionFactory, comment_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return PublishedArticleFactory(slug="the-clause", section=SectionFactory(name="Policy"))


@pytest.fixture
def comment(article):
    return comment_on(article)


def page_of(client, article):
    return client.get(article.get_absolute_url()).content.decode()


@pytest.fixture
def five(article, monkeypatch):
    monkeypatch.setattr(paging, "THREADS_PER_PAGE", 2)
    roots = [comment_on(article, comment=f"root {number}") for number in range(5)]
    for number, root in enumerate(roots):
        comment_on(article, root, comment=f"reply {number}")
    return roots


def said(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.findall(
        r"(?:root|reply) \d",
        re.sub(r"<script.*?</script>", "", answer.content.decode(), flags=re.S),
    )


def test_the_newest_first_page_by_page_and_back(client, article, five):
    address, seen = "/policy/the-clause/comments/newest/", []
    while address:
        page = client.get(address).content.decode()
        seen += said(client, address)
        following = re.search(r'<a href="([^"]+)" rel="next">Later', page)
        last, address = address, following and following[1]
    assert seen == [
        words for number in (4, 3, 2, 1, 0) for words in (f"root {number}", f"reply {number}")
    ]
    back = re.search(r'<a href="([^"]+)" rel="prev">Earlier', client.get(last).content.decode())[1]
    assert said(client, back) == ["root 2", "reply 2", "root 1", "reply 1"]


def test_the_most_liked_first(client, article, five):
    for root, agreed, disagreed in ((five[3], 5, 0), (five[1], 9, 6), (five[0], 0, 2)):
        CommentStats.objects.create(comment=root, agreed=agreed, disagreed=disagreed)
    page = client.get("/policy/the-clause/comments/liked/").content.decode()
    assert said(client, "/policy/the-clause/comments/liked/") == [
        "root 3",
        "reply 3",
        "root 1",
        "reply 1",
    ]
    assert "Later comments" not in page
    assert re.search(
        r'<a href="/policy/the-clause/comments/liked/#comments" aria-current="true"[^>]*>Most liked',
        page,
    )
    assert '<link rel="canonical" href="http://127.0.0.1:8000/policy/the-clause/">' in page


@pytest.mark.parametrize("order", ["oldest", "loudest", "liked/3"])
def test_there_is_no_other_order(client, article, five, order):
    assert (
        client.get(f"/policy/the-clause/comments/{order}/")["Location"]
        == "/policy/the-clause/#comments"
    )


def test_the_story_itself_offers_the_orders_where_there_is_something_to_order(
    client, article, comment
):
    assert "Most liked" not in page_of(client, article)
    comment_on(article)
    assert "Most liked" in page_of(client, article)
