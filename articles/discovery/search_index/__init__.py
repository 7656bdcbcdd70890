"""
The index behind search: SQLite’s FTS5 or PostgreSQL’s tsvector, kept by the database itself.

Triggers and a generated column follow every write, whatever way it came in, in its own transaction:
nothing is ever missing from the index, and no job can lag behind. Matches are taken newest first
and no more than asked for, so that a common word in a million stories costs what it costs in a
thousand.
"""

from collections.abc import Callable

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from articles.discovery.search_index import postgresql, sqlite
from articles.discovery.search_index.wanted import Wanted

__all__ = ["Wanted", "create", "drop", "matching", "newest", "rebuild"]

Say = Callable[[str], None]
_KINDS = {"sqlite": sqlite, "postgresql": postgresql}


def create(say: Say = lambda text: None) -> None:
    """Make what is missing of the index, filled; nothing where all is there."""
    _KINDS[connection.vendor].create(say)


def drop() -> None:
    """Stop keeping it, until `create` makes it anew."""
    _KINDS[connection.vendor].drop()


def rebuild(say: Say = lambda text: None) -> None:
    """Make the index anew from the stories. Readers search the old one until this is done, or wait
    for it.
    """
    with transaction.atomic():
        drop()
        create(say)


def newest(wanted: Wanted, limit: int) -> list[int]:
    """Return the keys of at most `limit` matches, newest first; with `wanted.after`, the nearest
    first.
    """
    return _KINDS[connection.vendor].newest(wanted, limit) if wanted.words else []


def matching(wanted: Wanted) -> RawSQL:
    """A condition for a queryset of stories: all that have the words, for the desk’s lists, which are
    filtered in other ways as well. It costs what there are matches.
    """
    return _KINDS[connection.vendor].matching(wanted)
