"""
The stories of a tag, an author or a coin, in the order in which they came out.

A row for each story under each of its subjects carries the time of publishing, so that such a list
is walked along one index however long it is. The database keeps the rows by triggers: no way to
write a story, or what it is about, gets past them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from articles.models import Listing
from articles.querysets import ArticleQuerySet
from articles.reading.pagination import Cursor
from pagecache import tags

# What a story is about or by: the table that says so, and its column.
SUBJECTS = {
    "tag": ("articles_article_tags", "tag_id"),
    "author": ("articles_byline", "author_id"),
    "coin": ("articles_articlecoin", "coin_id"),
}


# Listed besides what was asked for: stories whose time is over stay listed until the scheduler
# withdraws them.
SPARE = 10


@dataclass(frozen=True)
class SubjectSource:
    """A walk along those of `stories` that are about `subject` or by it.

    The keys come from the listing alone, and the stories by their keys: joined, SQLite may begin
    with the stories.
    """

    subject: models.Model
    stories: ArticleQuerySet

    def newest(self, count: int) -> list[Any]:
        return list(self.first(count, among=count + SPARE))

    def first(self, count: int, among: int = 0) -> ArticleQuerySet:
        """The newest; `among` so many, where `stories` leaves out what is listed."""
        listed = self._listed().order_by("-published_at", "-article_id")[: max(count, among)]
        return self._of(listed).newest_first()[:count]

    def older(self, place: Cursor, count: int) -> list[Any]:
        listed = (
            self._listed()
            .filter(place.older(key="article_id"))
            .order_by("-published_at", "-article_id")
        )
        return list(self._of(listed[: count + SPARE]).newest_first()[:count])

    def newer(self, place: Cursor, count: int) -> list[Any]:
        listed = (
            self._listed()
            .filter(place.newer(key="article_id"))
            .order_by("published_at", "article_id")
        )
        return list(self._of(listed[: count + SPARE]).order_by("published_at", "pk")[:count])

    def count(self, most: int) -> int:
        return self._listed()[:most].count()

    def _listed(self) -> models.QuerySet[Any]:
        return Listing.objects.filter(
            subject=tags.row_tag(self.subject), published_at__lte=timezone.now()
        )

    def _of(self, listed: models.QuerySet[Any]) -> ArticleQuerySet:
        return self.stories.filter(pk__in=listed.values("article"))


def create(say: Callable[[str], None]) -> None:
    """Make the triggers where one is missing, and then all rows anew: some may have been written
    without them.
    """
    catalogue = (
        "sqlite_master WHERE name" if connection.vendor == "sqlite" else "pg_trigger WHERE tgname"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {catalogue} IN ({', '.join(['%s'] * len(_TRIGGERS))})",
            [*_TRIGGERS],
        )
        if cursor.fetchone()[0] == len(_TRIGGERS):
            return
        say("Listing stories by tag, author and coin.")
        drop()
        cursor.execute("DELETE FROM articles_listing")
        cursor.execute(_list_stories())
        for name, trigger in _TRIGGERS.items():
            for statement in _statements(name, *trigger):
                cursor.execute(statement)


def drop() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for name, (table, _, _) in _TRIGGERS.items():
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _list_stories(condition: str = "") -> str:
    rows = (
        f"SELECT '{name}:' || subject.{column}, story.published_at, story.id FROM {table} AS subject"
        f" JOIN articles_article AS story ON story.id = subject.article_id WHERE story.status = 'published'{condition}"
        for name, (table, column) in SUBJECTS.items()
    )
    return f"INSERT INTO articles_listing (subject, published_at, article_id) {' UNION ALL '.join(rows)};"


def _list_anew(story: str) -> str:
    return f"DELETE FROM articles_listing WHERE article_id = {story}; {_list_stories(f' AND story.id = {story}')}"


# Name: the table, what happens to a row of it, and what is done then.
_TRIGGERS = {
    "articles_listing_delete": (
        "articles_article",
        "DELETE",
        "DELETE FROM articles_listing WHERE article_id = OLD.id;",
    ),
    "articles_listing_update": (
        "articles_article",
        "UPDATE OF status, published_at",
        _list_anew("NEW.id"),
    ),
}
for _name, (_table, _column) in SUBJECTS.items():
    _TRIGGERS |= {
        f"articles_listing_{_name}_insert": (_table, "INSERT", _list_anew("NEW.article_id")),
        f"articles_listing_{_name}_delete": (_table, "DELETE", _list_anew("OLD.article_id")),
        f"articles_listing_{_name}_update": (
            _table,
            f"UPDATE OF article_id, {_column}",
            _list_anew("OLD.article_id") + _list_anew("NEW.article_id"),
        ),
    }


def _statements(name: str, table: str, event: str, action: str) -> list[str]:
    """A trigger in the database’s own way: PostgreSQL keeps what it does in a function."""
    when = ""
    if table == "articles_article" and event.startswith("UPDATE"):
        changed = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
        when = (
            f"WHEN (OLD.status {changed} NEW.status OR OLD.published_at {changed} NEW.published_at)"
        )
    if connection.vendor == "sqlite":
        return [f"CREATE TRIGGER {name} AFTER {event} ON {table} {when} BEGIN {action} END"]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {_locks(table, action)} {action} RETURN NULL; END $$",
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {name}()",
    ]


def _locks(table: str, action: str) -> str:
    """Publishing a story and giving it a subject wait for each other: whoever comes second sees
    what the first did.
    """
    if table == "articles_article":
        return ""
    rows = [row for row in ("OLD", "NEW") if f"{row}.article_id" in action]
    return " ".join(
        f"PERFORM 1 FROM articles_article WHERE id = {row}.article_id FOR NO KEY UPDATE;"
        for row in rows
    )
