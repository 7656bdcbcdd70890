"""Rows of a table as they are: nothing is computed, sent or dated anew by putting them somewhere."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Model

ROWS_AT_ONCE = 500


def fields_of(model: type[Model]) -> list[Any]:
    """The columns of its own table, but for those that the database computes."""
    return [each for each in model._meta.local_concrete_fields if not each.generated]


def insert(model: type[Model], fields: list[Any], rows: Iterable[Iterable[Any]]) -> int:
    """Insert rows with the values of these fields, many in a statement. Returns how many."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(each.column or each.attname) for each in fields)
    places = ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 (our own names)
    done = 0
    for batch in _batches(rows):
        with connection.cursor() as cursor:
            cursor.executemany(statement, [_prepared(fields, row) for row in batch])
        done += len(batch)
    return done


def _batches(rows: Iterable[Iterable[Any]]) -> Iterator[list[Iterable[Any]]]:
    batch: list[Iterable[Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _prepared(fields: list[Any], row: Iterable[Any]) -> list[Any]:
    return [
        field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)
    ]
