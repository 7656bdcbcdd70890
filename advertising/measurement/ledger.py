"""Adds to the counts of advertising: each line is one row."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection, models

from advertising.models import Action, DailyCount, NetworkCount, PageCount, UsedToken
from core import upserts

# placement, slot, day, action, reason
Line = tuple[int, str, date, str, str]
# placement, page, action
PageLine = tuple[int, str, str]

# placement, digest of the network, day, action
NetworkLine = tuple[int, str, date, str]


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
        cursor.execute(sql, [upserts.plain(value) for value in values])
        return Counter((nonce, action) for nonce, action in cursor.fetchall())


def add_of_networks(lines: Mapping[NetworkLine, int]) -> dict[NetworkLine, int]:
    """Add so many, and return what each line came to."""
    return _add(NetworkCount, ("placement_id", "network", "day", "action"), lines)


def _add(
    model: type[models.Model], key: tuple[str, ...], lines: Mapping[Any, int]
) -> dict[Any, int]:
    return upserts.add(
        model, key, ("number",), {line: (number,) for line, number in lines.items() if number}
    )
