"""The cost of a page does not grow with the archive: SQLite’s own steps, counted at a thousand
stories and at five.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from articles import views
from articles.discovery import search
from articles.models import Article, ArticleCoin
from core import admin
from newsroom.demo import scale

from ..factories import (
    AuthorFactory,
    CoinFactory,
    PublishedArticleFactory,
    SectionFactory,
    TagFactory,
    comment_on,
    member_of,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="Only SQLite says how many steps it took."
    ),
]
STEP = 100
MIDDLE = "1670000000000000-5"  # in the midst of what `scale` makes
PAGES = [
    *(
        "/",
        "/policy/",
        f"/policy/?before={MIDDLE}",
        f"/policy/?after={MIDDLE}",
        "/policy/the-clause/",
        "/about/",
    ),
    *("/tag/custody/", f"/tag/custody/?before={MIDDLE}", "/author/ada/", "/prices/bitcoin/"),
    *(
        "/search/?q=ledger",
        "/search/?q=ledger+margin+clause&section=policy",
        "/search/?q=zebra",
        "/nothing/",
    ),
    *(
        "/admin/",
        "/admin/articles/article/",
        "/admin/articles/article/?section__id__exact={section}",
    ),
    *(
        "/admin/articles/article/?kind__exact=brief",
        "/admin/articles/article/?status__exact=in_review",
    ),
    *("/admin/articles/article/?q=ledger", "/admin/articles/article/?when=scheduled"),
    *("/admin/comments/sitecomment/", "/admin/comments/sitecomment/?is_removed__exact=1"),
]


@contextmanager
def counted() -> Iterator[list[int]]:
    """The number of steps that SQLite’s virtual machine took, to the hundred."""
    steps = [0]

    def more() -> int:
        steps[0] += STEP
        return 0

    connection.connection.set_progress_handler(more, STEP)
    try:
        yield steps
    finally:
        connection.connection.set_progress_handler(None, 0)


def costs(client, section: int) -> dict[str, int]:
    found = {}
    for page in PAGES:
        address = page.format(section=section)
        ContentType.objects.clear_cache()
        client.get(address)
        with counted() as steps:
            assert client.get(address).status_code in (200, 404)
        found[page] = steps[0]
    return found


@pytest.fixture
def archive(client, monkeypatch):
    """A story that all lists lead to, and a thousand others by the same author on the same
    subjects.
    """
    monkeypatch.setattr(admin, "MOST_COUNTED", 500)
    monkeypatch.setattr(search, "HEADLINES_OF", 500)
    sections = [SectionFactory(name=name) for name in ("Policy", "Markets")]
    monkeypatch.setattr(views, "MOST_COUNTED", 500)
    tag, author, coin = TagFactory(slug="custody"), AuthorFactory(slug="ada"), CoinFactory()
    story = PublishedArticleFactory(slug="the-clause", section=sections[0], authors=[author])
    story.tags.add(tag)
    ArticleCoin.objects.create(article=story, coin=coin)
    comment_on(story)
    comment_on(story, is_removed=True)
    scale.load(1, lambda text: None)
    client.force_login(member_of("Editors"))
    return sections[0].pk


@pytest.mark.drill
def test_pages_cost_the_same_with_five_times_the_stories(client, archive):
    few = costs(client, archive)
    scale.load(4, lambda text: None)
    many = costs(client, archive)
    # A deeper tree takes a few steps more.
    assert {
        page: (few[page], many[page]) for page in PAGES if many[page] > few[page] * 1.2 + 3 * STEP
    } == {}


def test_a_query_that_reads_all_stories_would_be_seen(client, archive):
    """The check above can fail."""

    def cost() -> int:
        with counted() as steps:
            list(Article.objects.order_by("word_count")[:20])
        return steps[0]

    few = cost()
    scale.load(4, lambda text: None)
    assert cost() > few * 4
