"""Pages of a conversation stay small however long it is, and everything said is on exactly one way
through them.
"""

import random
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments.models import SiteComment
from comments.moderation import decisions
from comments.reading import paging, threads

from ..factories import PublishedArticleFactory, SectionFactory, comment_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return PublishedArticleFactory(slug="the-clause", section=SectionFactory(name="Policy"))


@pytest.fixture
def _small(monkeypatch):
    monkeypatch.setattr(paging, "THREADS_PER_PAGE", 6)
    monkeypatch.setattr(paging, "COMMENTS_PER_PAGE", 12)
    monkeypatch.setattr(paging, "SHOWN_OF_A_THREAD", 5)


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="c(\d+)"', page)]


def link(page: str, rel: str) -> str | None:
    found = re.search(rf'<a href="([^"]+)" rel="{rel}"', page)
    return found[1] if found else None


def walk(client, address: str | None, rel: str = "next") -> list[list[int]]:
    pages = []
    while address:
        page = client.get(address).content.decode()
        pages.append(shown(page))
        address = link(page, rel)
    return pages


def random_talk(article, number: int, seed: int) -> list[SiteComment]:
    rng = random.Random(seed)
    said: list[SiteComment] = []
    for index in range(number):
        parent = rng.choice(said) if said and rng.random() < 0.8 else None
        said.append(comment_on(article, parent, comment=f"No. {index}."))
    return said


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("seed", range(3))
def test_every_comment_is_on_its_page_and_no_page_is_long(client, article, seed):
    said = random_talk(article, 90, seed)
    pages = walk(client, article.get_absolute_url())
    on_pages = [pk for page in pages for pk in page]
    assert len(on_pages) == len(set(on_pages))
    assert max(map(len, pages)) < 12 + 5
    threads_seen = {comment.thread_id for comment in said}
    assert {pk for pk in on_pages if pk in threads_seen} == threads_seen
    found: dict[str, list[int]] = {}
    for comment in said:
        comment.refresh_from_db()
        address, _, anchor = paging.address_of(comment, article).partition("#")
        if address not in found:
            page = client.get(address)
            assert page.status_code == 200, address
            found[address] = shown(page.content.decode())
        assert anchor == f"c{comment.pk}"
        assert comment.pk in found[address]


@pytest.mark.usefixtures("_small")
def test_the_way_back_misses_nothing(client, article):
    random_talk(article, 90, 7)
    forth = walk(client, article.get_absolute_url())
    last, page = article.get_absolute_url(), ""
    while following := link(page := client.get(last).content.decode(), "next"):
        last = following
    assert link(page, "prev")
    back = walk(client, last, "prev")
    assert {pk for page in forth for pk in page} == {pk for page in back for pk in page}
    newest = walk(client, paging.page_from(article, None, paging.NEWEST))
    assert {pk for page in newest for pk in page} == {pk for page in forth for pk in page}


@pytest.mark.usefixtures("_small")
def test_a_long_thread_has_pages_of_its_own(client, article):
    root = comment_on(article)
    replies = [comment_on(article, root, comment=f"Reply {number}.") for number in range(30)]
    deep = comment_on(article, replies[0], comment="Late, and deep.")
    page = client.get(article.get_absolute_url()).content.decode()
    assert shown(page) == [root.pk, *(reply.pk for reply in replies[:4])]
    whole = re.search(r'<a href="([^"]+)">The whole thread', page)[1]
    assert whole == paging.thread_from(article, root.pk)
    pages = walk(client, whole)
    assert {pk for page in pages for pk in page} == {
        root.pk,
        deep.pk,
        *(reply.pk for reply in replies),
    }
    # What a later part answers stands above it, whenever it was said.
    assert pages[-1][0] == root.pk
    assert pages[-1][-2:] == [replies[-1].pk, deep.pk] or pages[-1].index(replies[0].pk) < pages[
        -1
    ].index(deep.pk)
    assert len(walk(client, paging.thread_from(article, root.pk, deep.pk), "prev")) >= 3


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize(
    "address", ["thread/{other}/", "thread/{root}/{other}/", "thread/999999999/", "thread/0/"]
)
def test_where_nothing_stands_the_conversation_begins_anew(client, article, address):
    root, other = comment_on(article), comment_on(PublishedArticleFactory())
    place = f"{article.get_absolute_url()}comments/" + address.format(root=root.pk, other=other.pk)
    assert client.get(place)["Location"] == f"{article.get_absolute_url()}#comments"
    assert client.get(f"/elsewhere/the-clause/comments/thread/{root.pk}/").status_code == 301
    assert client.get("/policy/nothing/comments/thread/1/").status_code == 404


@pytest.mark.usefixtures("_small")
def test_a_root_that_was_removed_keeps_its_thread(client, article):
    root = comment_on(article)
    for _ in range(8):
        comment_on(article, root)
    decisions.remove(SiteComment.objects.filter(pk=root.pk))
    page = client.get(article.get_absolute_url()).content.decode()
    assert "A moderator removed this comment." in page
    assert f'<a href="{paging.thread_from(article, root.pk)}">The whole thread</a>' in page
    assert len(shown(client.get(paging.thread_from(article, root.pk)).content.decode())) == 9
    first = SiteComment.objects.filter(thread_id=root.pk, order__lte=5)
    decisions.remove(first)
    assert "The whole thread" in client.get(article.get_absolute_url()).content.decode()


def test_a_page_asks_as_often_for_eight_as_for_many(client):
    few, many = PublishedArticleFactory(), PublishedArticleFactory()
    random_talk(few, 8, 1)
    random_talk(many, 400, 1)
    counts = []
    for article in (few, many):
        with CaptureQueriesContext(connection) as asked:
            part = threads.conversation_page(article)
        counts.append(len(asked))
    assert counts == [1, 1]
    assert len(part.steps) < paging.COMMENTS_PER_PAGE + paging.SHOWN_OF_A_THREAD


@pytest.mark.drill
@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="Only SQLite says how many steps it took."
)
def test_a_page_costs_the_database_no_more_for_thousands(article):
    from newsroom.operations import query_statistics

    from ..newsroom.test_growth import counted

    long = PublishedArticleFactory()
    random_talk(article, 300, 2)
    random_talk(long, 1500, 3)
    query_statistics.refresh.call()
    costs = []
    for story in (article, long):
        with counted() as steps:
            threads.conversation_page(story)
        costs.append(steps[0])
        last = SiteComment.objects.filter(object_pk=str(story.pk), level=0).latest("pk")
        with counted() as steps:
            paging.address_of(last, story)
        costs.append(steps[0])
    assert costs[2] <= 1.3 * costs[0]
    assert costs[3] <= 1.3 * costs[1] + 500
