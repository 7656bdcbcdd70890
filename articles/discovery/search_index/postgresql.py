"""
The index on PostgreSQL: a generated column of lexemes under a GIN index.

The index knows no order. So as many matches as are quickly sorted are taken as they come; only
where there are more, the stories are walked newest first until enough were found. The planner is
not left to choose between the two: it knows the share of a thousand words only. Words are stemmed
in English and none is left out, so that “The Who” can be found.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from articles.discovery.search_index.wanted import Wanted
from articles.discovery.search_terms import is_beginning
from articles.models import Article, Listing

FEW = 1_000  # matches to sort
CONFIGURATION = "newsroom_english"
_HEADLINE = "split_part(search_text, E'\\n', 1)"
_DEFINITION = (
    f"CREATE TEXT SEARCH DICTIONARY {CONFIGURATION}_stem (TEMPLATE = snowball, LANGUAGE = english)",
    f"CREATE TEXT SEARCH CONFIGURATION {CONFIGURATION} (COPY = pg_catalog.english)",
    f"ALTER TEXT SEARCH CONFIGURATION {CONFIGURATION} ALTER MAPPING REPLACE english_stem WITH {CONFIGURATION}_stem",
    f"""ALTER TABLE articles_article ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('{CONFIGURATION}', {_HEADLINE}), 'A') || to_tsvector('{CONFIGURATION}', search_text)
    ) STORED""",
    # New stories go straight into the index: a list of those that wait would be read at every
    # search.
    "CREATE INDEX article_search ON articles_article USING gin (search_vector) WITH (fastupdate = off)",
)


def create(say: Callable[[str], None]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('article_search')")
        if cursor.fetchone()[0] is not None:
            return
        say("Search reads all stories; the site waits for it.")
        drop()
        for statement in _DEFINITION:
            cursor.execute(statement)


def drop() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE articles_article DROP COLUMN IF EXISTS search_vector")
        cursor.execute(f"DROP TEXT SEARCH CONFIGURATION IF EXISTS {CONFIGURATION}")
        cursor.execute(f"DROP TEXT SEARCH DICTIONARY IF EXISTS {CONFIGURATION}_stem")


def newest(wanted: Wanted, limit: int) -> list[int]:
    stories: Any = Article.objects.published() if wanted.published else Article.objects.all()
    if wanted.section is not None:
        stories = stories.filter(section=wanted.section)
    for subject in wanted.subjects:
        stories = stories.filter(pk__in=Listing.objects.filter(subject=subject).values("article"))
    if wanted.since is not None:
        stories = stories.filter(published_at__gte=wanted.since)
    if wanted.before is not None:
        stories = stories.filter(wanted.before.older())
    if wanted.after is not None:
        stories = stories.filter(wanted.after.newer())
    order = ("published_at", "pk") if wanted.after is not None else ("-published_at", "-pk")
    few = list(
        stories.filter(_asked_of_index(wanted))
        .order_by()
        .values_list("published_at", "pk")[: FEW + 1]
    )
    if len(few) > FEW:
        found = stories.filter(_asked_of_row(wanted)).order_by(*order)
        return list(found.values_list("pk", flat=True)[:limit])
    # Drafts have no time yet, and come before what has.
    few.sort(
        key=lambda row: (row[0] is None, row[0] or row[1], row[1]), reverse=wanted.after is None
    )
    return [pk for _, pk in few[:limit]]


def matching(wanted: Wanted) -> RawSQL:
    return _asked_of_index(wanted)


def _asked_of_index(wanted: Wanted) -> RawSQL:
    return _condition("articles_article.search_vector @@ {query}", wanted)


def _asked_of_row(wanted: Wanted) -> RawSQL:
    """The same as a function, for which no index can be used."""
    return _condition("ts_match_vq(articles_article.search_vector, {query})", wanted)


def _side_by_side(words: tuple[str, ...], mark: str = "") -> str:
    return " <-> ".join(f"{word}{mark}" for word in words)


def _condition(sql: str, wanted: Wanted) -> RawSQL:
    # Words are letters and digits only, so none of them can be an operator.
    # “:A” is the headline, “:*” the beginning of a word.
    place = "A" if wanted.in_headline else ""
    kinds = [f"*{place}" if is_beginning(word) else place for word in wanted.words]
    if wanted.begins:
        kinds[-1] = f"*{place}"
    asked = [
        f"{word}:{kind}" if kind else word for word, kind in zip(wanted.words, kinds, strict=True)
    ]
    mark = f":{place}" if place else ""
    asked += [f"({_side_by_side(phrase, mark)})" for phrase in wanted.phrases]
    asked += [f"!({_side_by_side(phrase)})" for phrase in wanted.without]
    words = " & ".join(asked)
    query = f"to_tsquery('{CONFIGURATION}', %s)"
    return RawSQL(sql.format(query=query), [words], output_field=BooleanField())
