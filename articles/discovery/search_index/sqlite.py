"""
The index on SQLite: an FTS5 table without a copy of the text.

A row’s number is the second in which its story was published and the story’s key, so that FTS5,
which walks the matches in the order of their numbers, gives the newest first without reading the
others. https://sqlite.org/fts5.html, sections 4.4.3 and 6.1.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from articles.discovery.search_index.wanted import Wanted
from articles.discovery.search_terms import is_beginning
from articles.models import Article
from articles.reading.pagination import Cursor

KEYS = (
    2**28
)  # A row’s number is seconds × KEYS + key: room for 268 million stories until the year 3058.
LAST_SECOND = 2**35 - 1
LARGEST = 2**63 - 1
BATCH = 5_000
FEW = 250  # matches to look at one by one
COLUMNS = "headline, body, facets"


def _row(story: str) -> str:
    """The columns of the index, of the story that a trigger calls `story`. A headline is the text’s
    first line.
    """
    return f"""{_place(story)}, substr({story}.search_text, 1, instr({story}.search_text || char(10), char(10)) - 1),
        substr({story}.search_text, instr({story}.search_text || char(10), char(10)) + 1),
        'status_' || {story}.status || ' section_' || {story}.section_id"""


def _place(story: str) -> str:
    moment = f"coalesce({story}.published_at, {story}.created_at)"
    second = f"min(max(CAST(strftime('%s', {moment}) AS INTEGER), 0), {LAST_SECOND})"
    return f"{second} * {KEYS} + {story}.id"


def _remove(story: str) -> str:
    return f"INSERT INTO articles_search (articles_search, rowid, {COLUMNS}) VALUES ('delete', {_row(story)});"


def _add(story: str) -> str:
    return f"INSERT INTO articles_search (rowid, {COLUMNS}) VALUES ({_row(story)});"


# The underscore is a letter here and never one in what a reader asks for: no word can be taken for
# a facet.
_TABLE = f"""CREATE VIRTUAL TABLE articles_search USING fts5 (
    {COLUMNS}, content='', tokenize="porter unicode61 remove_diacritics 2 tokenchars '_'")"""
_INDEXED = ("search_text", "status", "section_id", "published_at", "created_at")
_CHANGED = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _INDEXED)
_TRIGGERS = {
    "articles_search_insert": f"AFTER INSERT ON articles_article BEGIN {_add('NEW')} END",
    "articles_search_delete": f"AFTER DELETE ON articles_article BEGIN {_remove('OLD')} END",
    "articles_search_update": f"AFTER UPDATE OF {', '.join(_INDEXED)} ON articles_article WHEN {_CHANGED}"
    f" BEGIN {_remove('OLD')} {_add('NEW')} END",
}


def create(say: Callable[[str], None]) -> None:
    """Make the index where it, or one of its triggers, is missing: a migration that remakes the
    table drops those.
    """
    names = ["articles_search", *_TRIGGERS]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name IN (%s, %s, %s, %s)", names)
        if len(cursor.fetchall()) == len(names):
            return
    drop()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TABLE)
        for name, text in _TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER {name} {text}")
        _fill(cursor, say)


def drop() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for name in _TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute("DROP TABLE IF EXISTS articles_search")


def _fill(cursor: Any, say: Callable[[str], None]) -> None:
    """Oldest first: an index is written fastest in its own order."""
    cursor.execute("SELECT count(*) FROM articles_article")
    total = cursor.fetchone()[0]
    cursor.execute(
        f"SELECT {_place('story')} AS place FROM articles_article AS story ORDER BY place"
    )
    keys = [place % KEYS for (place,) in cursor.fetchall()]
    said = time.monotonic()
    for start in range(0, total, BATCH):
        batch = ",".join(map(str, keys[start : start + BATCH]))
        cursor.execute(
            f"INSERT INTO articles_search (rowid, {COLUMNS}) SELECT {_row('story')}"
            f" FROM articles_article AS story WHERE id IN ({batch}) ORDER BY 1"
        )
        if time.monotonic() - said > 5:
            said = time.monotonic()
            say(f"Search knows {start + BATCH:,} of {total:,} stories.")
    cursor.execute("INSERT INTO articles_search (articles_search) VALUES ('optimize')")


def newest(wanted: Wanted, limit: int) -> list[int]:
    """Few matches are asked for by their words alone, and looked at: a facet that a million stories
    have costs more.

    So are the first of many behind a place: FTS5 finds it at once among the matches of a word, and
    walks to it among those of a word and a facet.
    """
    few = _rows(wanted, _words(wanted), FEW + 1)
    are_all = len(few) <= FEW
    if are_all or wanted.before or wanted.after:
        fitting = _with_facets(wanted, few)[:limit]
        if are_all or len(fitting) == limit:
            return fitting
    return _rows(wanted, f"{_facets(wanted)}{_words(wanted)}", limit)


def matching(wanted: Wanted) -> RawSQL:
    keys = f"SELECT rowid %% {KEYS} FROM articles_search WHERE articles_search MATCH %s"
    condition = f"articles_article.id IN ({keys})"
    return RawSQL(condition, [_words(wanted)], output_field=BooleanField())  # noqa: S611 (our own)


def _rows(wanted: Wanted, match: str, limit: int) -> list[int]:
    order = "DESC" if wanted.after is None else "ASC"
    above = _number(wanted.after) if wanted.after else -1
    below = _number(wanted.before) if wanted.before else LARGEST
    if wanted.published:
        below = min(below, (int(timezone.now().timestamp()) + 1) * KEYS)
    if wanted.since:
        above = max(above, int(wanted.since.timestamp()) * KEYS - 1)
    listed = f" AND rowid %% {KEYS} IN (SELECT article_id FROM articles_listing WHERE subject = %s)"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM articles_search WHERE articles_search MATCH %s AND rowid > %s AND rowid < %s"
            f"{listed * len(wanted.subjects)} ORDER BY rowid {order} LIMIT %s",
            [match, above, below, *wanted.subjects, limit],
        )
        return [number % KEYS for (number,) in cursor.fetchall()]


def _with_facets(wanted: Wanted, found: list[int]) -> list[int]:
    if not found or not (wanted.published or wanted.section):
        return found
    rows = Article.objects.filter(pk__in=found).order_by().values_list("pk", "status", "section_id")
    fits = {
        pk
        for pk, status, section in rows
        if (status == "published" or not wanted.published) and wanted.section in (None, section)
    }
    return [key for key in found if key in fits]


def _number(place: Cursor) -> int:
    second = min(max(int(place.published_at.timestamp() // 1), 0), LAST_SECOND)
    return second * KEYS + min(place.pk, KEYS - 1)


def _facets(wanted: Wanted) -> str:
    facets = ["status_published"] if wanted.published else []
    facets += [f"section_{wanted.section}"] if wanted.section is not None else []
    return "".join(f'"{facet}" AND ' for facet in facets)


def _words(wanted: Wanted) -> str:
    """FTS5’s way to write a question. Words are letters and digits only, so none of them can be an
    operator.
    """
    column = "headline : " if wanted.in_headline else ""
    asked = [f'"{word}"{"*" if is_beginning(word) else ""}' for word in wanted.words]
    if wanted.begins:
        asked[-1] = f"{asked[-1].rstrip('*')}*"
    asked += [f'"{" ".join(phrase)}"' for phrase in wanted.phrases]
    # NOT binds closer than AND.
    without = "".join(f' NOT "{" ".join(phrase)}"' for phrase in wanted.without)
    return " AND ".join(f"{column}{each}" for each in asked) + without
