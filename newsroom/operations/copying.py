"""Everything of another database, put into this one: from SQLite to PostgreSQL, or back."""

from collections.abc import Callable
from pathlib import Path

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
from core import raw_rows
from newsroom import environment
from newsroom.operations import backup

SOURCE = "source"
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
    fields = raw_rows.fields_of(model)
    rows = (
        model._base_manager.using(SOURCE)
        .order_by()
        .values_list(*(each.attname for each in fields))
        .iterator(raw_rows.ROWS_AT_ONCE)
    )
    return raw_rows.insert(model, fields, rows)


def _compare(counts: backup.Counts) -> None:
    now = backup.count_rows()
    different = sorted(table for table in counts if counts[table] != now.get(table))
    if different:
        raise CopyFailed(f"Not everything is there: {', '.join(different)}.")
