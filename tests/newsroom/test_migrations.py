import sqlite3

import pytest
from django.core.management import call_command

from .. import databases


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_new_site_has_its_groups_its_coins_and_its_rules(tmp_path):
    """Asked of the database itself: tests with real transactions empty theirs."""
    databases.migrate(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    with sqlite3.connect(tmp_path / "new.sqlite3") as connection:
        groups = {name for (name,) in connection.execute("SELECT name FROM auth_group")}
        coins = connection.execute("SELECT count(*) FROM ticker_coin WHERE is_on_strip").fetchone()[
            0
        ]
        rules = connection.execute("SELECT count(*) FROM comments_rule").fetchone()[0]
    assert groups >= {"Authors", "Editors", "Moderators"}
    assert (coins, rules) == (17, 10)
