"""A migrated database, made once for all processes and runs that share its migrations, and copied
for each of them.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]
# What decides what a migrated database holds: the migrations, and what runs after each of them.
SOURCES = (
    "*/migrations/*.py",
    "*/apps.py",
    "articles/**/*.py",
    "newsroom/*.py",
    "requirements/base.txt",
)


def digest() -> str:
    found = hashlib.blake2b(os.environ.get("DATABASE_URL", "").encode(), digest_size=8)
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """One process at a time, so that the others find what the first has made."""
    with (Path(tempfile.gettempdir()) / f"{name}.lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def migrate(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATABASE_URL": url, "DATA_DIR": folder}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v", "0"],
            cwd=ROOT,
            env=environment,
            check=True,
            timeout=300,
        )


@contextmanager
def copy_of_migrated(name: str) -> Iterator[str]:
    """The address of a fresh database called `name`, which is gone in the end."""
    url = os.environ.get("DATABASE_URL", "")
    with _on_server(url, name) if url.startswith("postgres") else _in_file(name) as copy:
        yield copy


@contextmanager
def _in_file(name: str) -> Iterator[str]:
    migrated = Path(tempfile.gettempdir()) / f"newsroom-migrated-{digest()}.sqlite3"
    with only_one(migrated.stem):
        if not migrated.exists():
            with tempfile.TemporaryDirectory(dir=migrated.parent) as folder:
                fresh = Path(folder) / "fresh.sqlite3"
                migrate(f"sqlite:///{fresh}")  # Closing it writes its log into it.
                fresh.rename(migrated)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"{name}.sqlite3"
        shutil.copyfile(migrated, copy)
        yield f"sqlite:///{copy}"


@contextmanager
def _on_server(url: str, name: str) -> Iterator[str]:
    migrated = f"newsroom_migrated_{digest()}"
    with only_one(migrated):
        if not _exists(url, migrated):
            with database_on_server(url, f"{migrated}_fresh", keep_as=migrated) as fresh:
                migrate(fresh)
    with database_on_server(url, f"{name}_{os.getpid()}", template=migrated) as copy:
        yield copy


def _exists(url: str, name: str) -> bool:
    import psycopg

    with psycopg.connect(named(url, "postgres")) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return found.fetchone() is not None


@contextmanager
def database_on_server(
    url: str, name: str, *, template: str = "", keep_as: str = ""
) -> Iterator[str]:
    """A database on the server that `url` names, a copy of `template`; dropped in the end, or kept
    as `keep_as`.
    """
    import psycopg

    with psycopg.connect(named(url, "postgres"), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template1"}"')
    try:
        yield named(url, name)
        if keep_as:
            with psycopg.connect(named(url, "postgres"), autocommit=True) as server:
                server.execute(f'ALTER DATABASE "{name}" RENAME TO "{keep_as}"')
    finally:
        with psycopg.connect(named(url, "postgres"), autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
