from typing import Any

import pytest
from django.core.management import call_command

from .. import databases


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def connect(url: str) -> Any:
    if url.startswith("sqlite"):
        import sqlite3

        return sqlite3.connect(url.removeprefix("sqlite:///"))
    import psycopg

    return psycopg.connect(url)


def test_a_new_site_has_its_groups_its_coins_and_its_rules():
    """Asked of a database as `migrate` leaves it: tests with real transactions empty theirs."""
    with databases.copy_of_migrated("newsroom_new") as url:
        connection = connect(url)
        rows = connection.cursor()
        groups = {name for (name,) in rows.execute("SELECT name FROM auth_group").fetchall()}
        coins = rows.execute("SELECT count(*) FROM ticker_coin WHERE is_on_strip").fetchone()
        rules = rows.execute("SELECT count(*) FROM comments_rule").fetchone()
        connection.close()
    assert groups >= {"Authors", "Editors", "Moderators"}
    assert (coins, rules) == ((17,), (13,))  # ten kinds, and three lists of abuse
