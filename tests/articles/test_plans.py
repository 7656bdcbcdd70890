"""Query plans, on both databases, of the queries that readers cause most: a walk along an index, never
over the table.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.discovery import search_index
from articles.models import Article, Author, Listing, Revision, Section, Tag
from articles.reading import related
from articles.reading.archive import Month, stories_in
from articles.reading.listing_index import SubjectSource
from articles.reading.pagination import Cursor
from comments.models import SiteComment, comments_on
from newsroom.demo import scale
from newsroom.operations import query_statistics
from pagecache.models import Invalidation
from ticker.models import Coin

from ..factories import AuthorFactory, CoinFactory, SectionFactory, TagFactory

LARGE = (
    "articles_article",
    "django_comments",
    "django_comments_xtd_xtdcomment",
    "pagecache_change",
)


@pytest.fixture(scope="module")
def archive(django_db_setup: Any, django_db_blocker: Any) -> Any:
    """Two thousand stories and comments, with statistics, for all tests of this file."""
    with django_db_blocker.unblock():
        from django.db import transaction

        atomic = transaction.atomic()
        atomic.__enter__()
        for name in ("Markets", "Policy", "Technology", "Business"):
            SectionFactory(name=name)
        CoinFactory()
        for number in range(3):
            TagFactory(slug=f"tag-of-plans-{number}")
            AuthorFactory(slug=f"author-of-plans-{number}")
        scale.load(2, lambda text: None)
        Invalidation.objects.bulk_create(
            Invalidation(key=f"article:{number}") for number in range(2000)
        )
        query_statistics.refresh.func()
        yield
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


def cards() -> Any:
    return Article.objects.published().for_cards().newest_first()


def cards_of_section() -> Any:
    return (
        Section.objects.get(slug="policy")
        .articles.published()
        .for_cards_of_one_section()
        .newest_first()
    )


def middle() -> Cursor:
    return Cursor(timezone.now() - timedelta(days=1500), 1000)


def newest_change() -> int:
    """PostgreSQL goes on counting from test to test."""
    return Invalidation.objects.latest("id").id


# Name: (query, whether it comes out of the index in its order).
HOTTEST = {
    "front page": (lambda: cards().stories().journalism()[:120], True),
    "briefs": (lambda: cards().briefs()[:8], True),
    "sponsored": (lambda: cards().filter(kind="sponsored")[:1], True),
    "section": (lambda: cards_of_section()[:21], True),
    "section, far back": (lambda: cards_of_section().filter(middle().older())[:21], True),
    "most discussed": (lambda: Article.objects.published().most_discussed().for_cards()[:5], True),
    "article": (lambda: Article.objects.published().filter(slug="plain-7"), False),
    "next scheduled": (lambda: Article.objects.scheduled().order_by("published_at")[:1], False),
    "tag": (lambda: SubjectSource(Tag.objects.first(), cards()).first(21), False),
    "author": (lambda: SubjectSource(Author.objects.first(), cards()).first(21), False),
    "coin": (lambda: SubjectSource(Coin.objects.get(symbol="BTC"), cards()).first(8), False),
    "comments": (lambda: comments_on(Article.objects.first()).order_by("thread_id", "pk"), False),
    "list of a subject": (
        lambda: Listing.objects.filter(subject="tag:1", published_at__lte=timezone.now()).order_by(
            "-published_at", "-article_id"
        )[:21],
        True,
    ),
    "related": (
        lambda: related.nearest(
            Article.objects.filter(tags__isnull=False)[0], list(Tag.objects.all())
        ),
        False,
    ),
    "archive": (lambda: stories_in(Month(2022, 3)).order_by("-published_at", "-pk")[:21], True),
    "expired": (lambda: Article.objects.expired().order_by("expires_at"), False),
    "expiring": (lambda: Article.objects.expiring(timezone.now()), False),
    "versions to come": (
        lambda: Revision.objects.filter(
            origin="scheduled", goes_live_at__lt=timezone.now()
        ).order_by("goes_live_at"),
        connection.vendor
        == "sqlite",  # PostgreSQL sees that there are none, and may as well sort them.
    ),
    "first month": (lambda: Article.objects.published().order_by("published_at")[:1], False),
    "the desk’s stories": (lambda: Article.objects.order_by("-published_at", "-pk")[:50], True),
    "the desk’s stories of a section": (
        lambda: Section.objects.get(slug="policy").articles.order_by("-published_at", "-pk")[:50],
        True,
    ),
    "the desk’s briefs": (
        lambda: Article.objects.filter(kind="brief").order_by("-published_at", "-pk")[:50],
        True,
    ),
    "the desk’s comments": (
        lambda: SiteComment.objects.order_by("-submit_date", "-pk")[:100],
        True,
    ),
    "the desk’s removed comments": (
        lambda: SiteComment.objects.filter(is_removed=True).order_by("-submit_date", "-pk")[:100],
        connection.vendor
        == "sqlite",  # PostgreSQL sees that there are next to none, and may as well sort them.
    ),
    "new changes": (
        lambda: Invalidation.objects.filter(id__gt=newest_change() - 20).order_by("id"),
        True,
    ),
    "changes of keys": (
        lambda: Invalidation.objects.filter(
            key__in=["article:1", "stories"], id__gt=newest_change() - 500
        ),
        False,
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOTTEST)
def test_no_query_walks_over_a_large_table(archive, name):
    query, is_ordered = HOTTEST[name]
    plan = query().explain()
    assert not whole_tables(plan), plan
    if name in ("expired", "expiring") and connection.vendor == "sqlite":
        assert "article_expires" in plan, plan  # and not all that is published
    if is_ordered:
        assert "TEMP B-TREE FOR ORDER BY" not in plan, plan
        assert not re.search(r"^\s*->\s+Sort|^Sort", plan, re.MULTILINE), plan


# Words: one in every story, one in a single story, both; and whether the index of PostgreSQL is the
# one to ask.
SEARCHES = {"ledger": False, "1017": True, "ledger 1017": True}


@pytest.mark.django_db
@pytest.mark.parametrize("words", SEARCHES)
@pytest.mark.parametrize("in_section", [False, True])
def test_search_stops_when_it_has_enough(archive, words, in_section):
    section = Section.objects.get(slug="policy").pk if in_section else None
    wanted = search_index.Wanted(tuple(words.split()), section=section, before=middle())
    with CaptureQueriesContext(connection) as queries:
        search_index.newest(wanted, 21)
    first = explained(queries[0]["sql"])
    if connection.vendor == "sqlite":
        assert "VIRTUAL TABLE" in first
        assert "TEMP B-TREE" not in first, first
    elif SEARCHES[words]:
        assert "article_search" in first, first
    else:
        assert first.startswith("Limit"), first  # the first that come along


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite’s index knows the order.")
def test_a_common_word_is_looked_for_newest_first(archive, monkeypatch):
    monkeypatch.setattr("articles.discovery.search_index.postgresql.FEW", 100)
    with CaptureQueriesContext(connection) as queries:
        search_index.newest(search_index.Wanted(("ledger",)), 21)
    plan = explained(queries[-1]["sql"])
    assert "article_latest" in plan
    assert "Sort" not in plan, plan


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a sample of all rows.")
@pytest.mark.parametrize(
    ("rows_read", "is_seen_through"), [(query_statistics.ROWS_READ, True), (1_000, False)]
)
def test_stories_by_their_keys_are_sought_by_these_among_a_million(
    archive, rows_read, is_seen_through
):
    """As far as so many rows tell, a status has half as many stories. With too few, SQLite goes
    through all of them.
    """
    wanted = (
        Article.objects.published().order_by().filter(pk__in=range(1, 31)).select_related("hero")
    )
    with connection.cursor() as cursor:
        # Of every index the first figure is how many rows there are.
        cursor.execute(
            "UPDATE sqlite_stat1 SET stat = '1000000' || substr(stat, instr(stat, ' ')) WHERE tbl = 'articles_article'"
        )
        figures = f"1000000 {rows_read // 2 + 1} 1 1"
        cursor.execute("UPDATE sqlite_stat1 SET stat = %s WHERE idx = 'article_latest'", [figures])
        cursor.execute("ANALYZE sqlite_schema")  # Read what stands there.
    try:
        assert ("article_latest" not in wanted.explain()) is is_seen_through
    finally:
        query_statistics.refresh.func()


def explained(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if connection.vendor == 'sqlite' else ''} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.django_db
def test_a_walk_over_a_table_would_be_seen(archive):
    """The check above can fail."""
    plan = Article.objects.filter(word_count=7).order_by("word_count").explain()
    assert whole_tables(plan)


def whole_tables(plan: str) -> list[str]:
    """Large tables that the plan reads in full."""
    if connection.vendor == "postgresql":
        return [table for table in LARGE if re.search(rf"Seq Scan on {table}\b(?!_)", plan)]
    return [table for table in LARGE if re.search(rf"SCAN {table}\b(?!_)(?! USING)", plan)]
