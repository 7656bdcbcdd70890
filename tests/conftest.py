"""Fixtures for every test."""

import functools
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import environ
import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections

from advertising.delivery import pacing
from articles.media import uploads
from audience import digests
from audience.counting import batch
from pagecache import cached, live_parts

from . import databases

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def pytest_make_parametrize_id(val: Any) -> str | None:
    """Name long values by how they begin: names of tests go to and fro between the
    processes.
    """
    if isinstance(val, str | bytes) and len(val) > 80:
        return f"{val[:40]!a}, {len(val)} long"
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip on PostgreSQL the drills that run on SQLite."""
    is_on_postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    for item in items:
        # Not those that need PostgreSQL: marked so, they would run nowhere.
        skips = [bool(mark.args[0]) for mark in item.iter_markers("skipif")]
        if item.get_closest_marker("drill") and is_on_postgres in skips:
            item.add_marker(pytest.mark.on_sqlite)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django’s: a copy of a migrated database, since migrating takes longer than
    many tests.
    """
    with databases.copy_of_migrated("newsroom_tests") as url, django_db_blocker.unblock():
        connection.close()
        # Of the address only what says where: how it is opened is said by the settings.
        where = environ.Env.db_url_config(url)
        connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = where["NAME"]
        yield
        connections.close_all()


@pytest.fixture(autouse=True)
def _separate_tests(settings: Any, tmp_path: Any) -> None:
    """Tasks run as soon as they are committed; files and cached things of one test are gone in the
    next.
    """
    at_once = "django_tasks.backends.immediate.ImmediateBackend"
    settings.TASKS = {"default": settings.TASKS["default"] | {"BACKEND": at_once}}
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    for each in caches.all(initialized_only=True):
        each.clear()
    cached.clear_cached()
    live_parts.forget()
    pacing.clear()
    digests.clear_salts()
    batch.forget_pages()


@pytest.fixture(scope="session")
def _answers() -> Callable[..., Any]:
    return functools.cache(uploads.decode)


@pytest.fixture(autouse=True)
def _decoded_once(monkeypatch: pytest.MonkeyPatch, _answers: Callable[..., Any]) -> None:
    """Start the decoder once for each picture of the factories, which are the same few."""
    monkeypatch.setattr(uploads, "decode", _answers)


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """It is noon on 22 November 2026, and stays so until the test moves the clock."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    """`with committed():` runs what was left for the commit, such as mails."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def redis_server(tmp_path: Any, settings: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis that listens on a socket in the test’s folder."""
    server = shutil.which("redis-server")
    if server is None:
        pytest.skip("No redis-server. On Debian: apt install redis-server")
    socket = tmp_path / "redis"
    process = subprocess.Popen(
        [server, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    for _ in range(100):
        if socket.exists():
            break
        time.sleep(0.05)
    settings.REDIS_URL = f"unix://{socket}"
    yield process
    process.kill()
    process.wait()
