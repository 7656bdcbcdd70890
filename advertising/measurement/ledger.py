"""Adds to the counts: each line is one row, and adding to it is one statement, whoever else adds at
the same time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection, models

from advertising.models import Action, DailyCount, NetworkCount, PageCount, UsedToken

# placement, slot, day, action, reason
Line = tuple[int, str, date, str, str]
# placement, page, action
PageLine = tuple[int, str, str]

# placement, digest of the network, day, action
NetworkLine = tuple[int, str, date, str]

MOST_ROWS = 100  # of one statement


def add(lines: Mapping[Line, int]) -> None:
    """Add so many to each line of the ledger."""
    _add(DailyCount, ("placement_id", "slot", "day", "action", "reason"), lines)


def add_to_pages(lines: Mapping[PageLine, int]) -> None:
    _add(PageCount, ("placement_id", "page", "action"), lines)


def spend(tokens: Iterable[UsedToken]) -> Counter[tuple[str, str]]:
    """Note that tokens were used. Return those that count: (nonce, action) → 1. One statement.

    Left out are those that had been used for this, and what cannot follow: nothing is seen or
    clicked on that was not shown before.
    """
    rows = [
        (token.nonce, token.action, token.placement_id, token.day, token.person) for token in tokens
    ]
    if not rows:
        return Counter()
    table = connection.ops.quote_name(UsedToken._meta.db_table)
    day = "CAST(%s AS date)" if connection.vendor == "postgresql" else "%s"
    was_shown = (
        f"EXISTS (SELECT 1 FROM {table} AS shown WHERE shown.nonce = %s AND shown.action = %s)"  # noqa: S608
    )
    selects, values = [], []
    for row in rows:
        follows = row[1] != Action.RENDERED
        selects.append(f"SELECT %s, %s, %s, {day}, %s WHERE {was_shown if follows else '1 = 1'}")
        values += [*row, *([row[0], Action.RENDERED.value] if follows else [])]
    sql = (
        f"INSERT INTO {table} (nonce, action, placement_id, day, person) {' UNION ALL '.join(selects)}"
        " ON CONFLICT (nonce, action) DO NOTHING RETURNING nonce, action"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [_plain(value) for value in values])
        return Counter((nonce, action) for nonce, action in cursor.fetchall())


def add_of_networks(lines: Mapping[NetworkLine, int]) -> dict[NetworkLine, int]:
    """Add so many, and return what each line came to. One statement."""
    rows = [(*line, number) for line, number in sorted(lines.items())]
    if not rows:
        return {}
    key = ("placement_id", "network", "day", "action")
    table = connection.ops.quote_name(NetworkCount._meta.db_table)
    insert = _insert(NetworkCount, (*key, "number"), len(rows))
    sql = (
        f"{insert} ON CONFLICT ({', '.join(key)}) DO UPDATE SET number = {table}.number + EXCLUDED.number"
        " RETURNING placement_id, network, day, action, number"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, _flat(rows))
        found = {(row[0], row[1], row[3]): row[4] for row in cursor.fetchall()}
    return {line: found[line[0], line[1], line[3]] for line in lines}


def _add(model: type[models.Model], key: tuple[str, ...], lines: Mapping[Any, int]) -> None:
    """INSERT … ON CONFLICT DO UPDATE, in the order of the keys: two that add at once never wait for
    each other.
    """
    rows = [(*line, number) for line, number in sorted(lines.items()) if number]
    table = connection.ops.quote_name(model._meta.db_table)
    for start in range(0, len(rows), MOST_ROWS):
        batch = rows[start : start + MOST_ROWS]
        insert = _insert(model, (*key, "number"), len(batch))
        sql = f"{insert} ON CONFLICT ({', '.join(key)}) DO UPDATE SET number = {table}.number + EXCLUDED.number"
        with connection.cursor() as cursor:
            cursor.execute(sql, _flat(batch))


def _insert(model: type[models.Model], columns: tuple[str, ...], rows: int) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    row = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"  # noqa: S608


def _flat(rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    return [_plain(value) for row in rows for value in row]


def _plain(value: Any) -> Any:
    """SQLite’s own handing over of dates is on its way out."""
    return value.isoformat() if isinstance(value, date) else value
