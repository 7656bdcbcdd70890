"""A publication moves from SQLite to PostgreSQL and back, and nothing of it changes on the way."""

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .conftest import empty_database, environment_of, manage, serving
from .test_backup import STORY, title

pytestmark = [
    pytest.mark.drill,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="It needs both databases.",
    ),
]
# Each database makes these for itself.
ITS_OWN = ("django_migrations", "sqlite_", "articles_search", "articles_listing", "pagecache_")


def on(data: Path, url: str, *command: str) -> subprocess.CompletedProcess[str]:
    data.mkdir(exist_ok=True)
    return manage(environment_of(data) | {"DATABASE_URL": url}, *command)


def rows(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(path)) as file:
        tables = [
            name
            for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(ITS_OWN)
        ]
        found = {}
        for table in tables:
            columns = [f'"{each[1]}"' for each in file.execute(f"PRAGMA table_info({table})")]
            values = file.execute(f"SELECT {', '.join(sorted(columns))} FROM {table}")
            found[table] = sorted(([plain(each) for each in row] for row in values), key=str)
        return found


def plain(value: Any) -> Any:
    """PostgreSQL keeps the names in JSON in an order of its own."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def test_a_publication_moves_to_postgresql_and_back(tmp_path):
    first, there, back = (tmp_path / name for name in ("first", "there", "back"))
    file = first / "newsroom.sqlite3"
    # A demo in SQLite, whatever database the tests run on.
    assert on(first, f"sqlite:///{file}", "migrate", "-v", "0").returncode == 0
    assert on(first, f"sqlite:///{file}", "load_demo").returncode == 0
    with empty_database("newsroom_moved") as url:
        moved = on(there, url, "copy_database", f"sqlite:///{file}")
        assert "every table has as many rows as the other one" in moved.stdout, moved.stderr
        again = on(there, url, "copy_database", f"sqlite:///{file}")
        assert "is not empty" in again.stderr
        absent = tmp_path / "absent.sqlite3"
        assert "There is no file" in on(back, "", "copy_database", f"sqlite:///{absent}").stderr
        assert not absent.exists()
        assert "Copied" in on(back, "", "copy_database", url).stdout
        assert rows(back / "newsroom.sqlite3") == rows(file)
        shutil.copytree(first / "media", there / "media")
        with serving(there, url) as site:
            assert "a payment is over" in title(site.get(STORY))
            assert STORY in site.get("/search/?q=payment")
            # Keys go on where they were.
            assert on(there, url, "shell", "-v", "0", "-c", NEW_TAG).stdout.strip() == "Sequences"


NEW_TAG = "from articles.models import Tag; print(Tag.objects.create(name='Sequences', slug='seq'))"
