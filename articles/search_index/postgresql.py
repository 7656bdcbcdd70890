"""
The index on PostgreSQL: a generated column of lexemes under a GIN index.

For rare words the planner asks the index and sorts the few; for common ones it walks the stories newest first until
it has enough. Words are stemmed in English and none is left out, so that “The Who” can be found.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from articles.search_index.wanted import Wanted

CONFIGURATION = "newsroom_english"
_HEADLINE = "split_part(search_text, E'\\n', 1)"
_DEFINITION = (
    f"CREATE TEXT SEARCH DICTIONARY {CONFIGURATION}_stem (TEMPLATE = snowball, LANGUAGE = english)",
    f"CREATE TEXT SEARCH CONFIGURATION {CONFIGURATION} (COPY = pg_catalog.english)",
    f"ALTER TEXT SEARCH CONFIGURATION {CONFIGURATION} ALTER MAPPING REPLACE english_stem WITH {CONFIGURATION}_stem",
    f"""ALTER TABLE articles_article ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('{CONFIGURATION}', {_HEADLINE}), 'A') || to_tsvector('{CONFIGURATION}', search_text)
    ) STORED""",
    # New stories go straight into the index: a list of those that wait would be read at every search.
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
    from articles.models import Article

    # Words are letters and digits only, so none of them can be an operator.
    query = " & ".join(wanted.words) + (":*" if wanted.begins else "")
    sql = f"articles_article.search_vector @@ to_tsquery('{CONFIGURATION}', %s)"
    found: Any = Article.objects.filter(RawSQL(sql, [query], output_field=BooleanField()))
    found = found.published().newest_first() if wanted.published else found.order_by("-created_at", "-pk")
    if wanted.section is not None:
        found = found.filter(section=wanted.section)
    if wanted.before is not None:
        found = found.filter(wanted.before.older)
    if wanted.after is not None:
        found = found.filter(wanted.after.newer).order_by("published_at", "pk")
    return list(found.values_list("pk", flat=True)[:limit])
