"""Sums in the database: adding to a row is one statement, whoever else adds at the same time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, models

MOST_ROWS = 100  # of one statement


def add(
    model: type[models.Model],
    key: Sequence[str],
    sums: Sequence[str],
    lines: Mapping[Any, Sequence[Any]],
    *,
    latest: Sequence[str] = (),
) -> dict[Any, int]:
    """Add to the `sums` of each line, which is made where it is new. `key` are its columns in the
    database; columns of `latest` stand behind the sums and are overwritten. Returns what the first sum
    came to, by the place of the line.

    In the order of the keys: two that add at once never wait for each other.
    """
    rows = [(line, (*line, *numbers)) for line, numbers in sorted(lines.items())]
    table = connection.ops.quote_name(model._meta.db_table)
    updates = [f"{name} = {table}.{name} + EXCLUDED.{name}" for name in sums]
    updates += [f"{name} = EXCLUDED.{name}" for name in latest]
    found: dict[Any, int] = {}
    for start in range(0, len(rows), MOST_ROWS):
        batch = rows[start : start + MOST_ROWS]
        sql = (
            f"{insert(model, (*key, *sums, *latest), len(batch))} ON CONFLICT ({', '.join(key)})"
            f" DO UPDATE SET {', '.join(updates)} RETURNING {', '.join((*key, sums[0]))}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, flat(row for _, row in batch))
            totals = {tuple(map(str, row[:-1])): row[-1] for row in cursor.fetchall()}
        found |= {line: totals[tuple(str(plain(value)) for value in line)] for line, _ in batch}
    return found


def insert(model: type[models.Model], columns: Sequence[str], rows: int) -> str:
    """The beginning of a statement that inserts so many rows."""
    table = connection.ops.quote_name(model._meta.db_table)
    row = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"  # noqa: S608


def flat(rows: Iterable[Iterable[Any]]) -> list[Any]:
    return [plain(value) for row in rows for value in row]


def plain(value: Any) -> Any:
    """SQLite’s own handing over of dates is on its way out."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, date) else value
