"""Everything of another database, put into this one: from SQLite to PostgreSQL, or back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from articles.discovery import search_index
from articles.models import Article
from articles.reading import listing_index
from newsroom import environment
from newsroom.operations import backup

SOURCE = "source"
ROWS_AT_ONCE = 500
Table = type[Model]


class CopyFailed(Exception):
    """The reason, in a sentence for the operator."""


def copy_from(url: str, say: Callable[[str], None]) -> backup.Counts:
    """Migrate the empty database of DATABASE_URL and copy all rows of the one at `url` into it, in one
    transaction. Returns the rows of each table.

    Raises CopyFailed, having copied nothing.
    """
    connections.databases[SOURCE] = connections.configure_settings(
        {"default": environment.database(url, settings.DATA_DIR)}
    )["default"]
    source = connections[SOURCE]
    # Opening a file that is not there would make it.
    if source.vendor == "sqlite" and not Path(source.settings_dict["NAME"]).exists():
        raise CopyFailed(f"There is no file {source.settings_dict['NAME']}.")
    if _holds_something():
        raise CopyFailed("The database of DATABASE_URL is not empty. Copy into an empty one.")
    applied = set(MigrationRecorder(source).applied_migrations())
    if not applied:
        raise CopyFailed("There is no publication in the database to copy from.")
    call_command("migrate", interactive=False, verbosity=0)
    if applied != set(MigrationRecorder(connection).applied_migrations()):
        raise CopyFailed(
            "The database to copy from is of another version. Run manage.py migrate on it first."
        )
    tables = [model for model in apps.get_models(include_auto_created=True) if _is_a_table(model)]
    # Its triggers would list every story a second time.
    listing_index.drop()
    search_index.drop()
    with transaction.atomic(using=SOURCE), transaction.atomic():
        _empty(tables)
        counts = {each._meta.db_table: _copy(each) for each in tables}
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), tables):
                cursor.execute(statement)
    search_index.create(say)
    listing_index.create(say)
    _compare(counts)
    backup.forget_pages()
    return counts


def _holds_something() -> bool:
    """What an earlier try has migrated, and not filled, is empty."""
    tables = connection.introspection.table_names()
    return any(each._meta.db_table in tables and each.objects.exists() for each in (User, Article))


def _is_a_table(model: Table) -> bool:
    return model._meta.managed and not model._meta.proxy and not model._meta.swapped


def _empty(tables: list[Table]) -> None:
    """Migrations leave rows behind, such as permissions: those of the source have other keys."""
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), names, allow_cascade=True):
            cursor.execute(statement)


def _copy(model: Table) -> int:
    """Copy the rows of one table as they are: nothing is computed, sent or dated anew."""
    fields = [each for each in model._meta.local_concrete_fields if not each.generated]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(each.column or each.attname) for each in fields)
    places = ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)
    insert = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 (our own names)
    rows = (
        model._base_manager.using(SOURCE)
        .order_by()
        .values_list(*(each.attname for each in fields))
        .iterator(ROWS_AT_ONCE)
    )
    done = 0
    batch: list[list[Any]] = []

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.executemany(insert, batch)

    for row in rows:
        batch.append(_prepared(fields, row))
        if len(batch) == ROWS_AT_ONCE:
            write()
            done, batch = done + len(batch), []
    if batch:
        write()
    return done + len(batch)


def _prepared(fields: list[Any], row: tuple[Any, ...]) -> list[Any]:
    return [
        field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)
    ]


def _compare(counts: backup.Counts) -> None:
    now = backup.count_rows()
    different = sorted(table for table in counts if counts[table] != now.get(table))
    if different:
        raise CopyFailed(f"Not everything is there: {', '.join(different)}.")
