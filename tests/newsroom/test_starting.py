"""Starting: what is refused, in one sentence, with an exit code that is not 0."""

import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from newsroom import environment
from newsroom.management.commands import serve
from newsroom.operations import database

from .. import databases

ROOT = Path(__file__).resolve().parents[2]
REAL = {
    "SECRET_KEY": "q8-Zr2vN5yT1xK7wB4mC9pL6sD3fG0hJ-aE_uYiOnWbVtRzX",
    "ALLOWED_HOSTS": "news.example",
    "SITE_URL": "https://news.example",
    "FROM_EMAIL": "desk@news.example",
}
REAL["SECRET_KEY"] += "0123456789"


def manage(tmp_path, *command, **environment):
    """Run manage.py with just this environment; return exit code and all it said."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = {**keep, "DATA_DIR": str(tmp_path / "data"), **environment}
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=90,
    )
    return done.returncode, (done.stdout + done.stderr).strip()


@pytest.mark.parametrize("missing", REAL)
def test_production_does_not_start_without(tmp_path, missing):
    code, said = manage(
        tmp_path, "check", **{name: value for name, value in REAL.items() if name != missing}
    )
    assert code != 0
    assert said == f"The publication cannot start. {missing} must be set in the environment."


@pytest.mark.parametrize("key", ["short", "a" * 80, "django-insecure-" + "abcdefghij" * 8])
def test_production_does_not_start_with_a_weak_key(tmp_path, key):
    code, said = manage(tmp_path, "check", **{**REAL, "SECRET_KEY": key})
    assert code != 0
    assert "SECRET_KEY must be a random text" in said
    assert len(said.splitlines()) == 1


def test_production_is_ready_to_be_deployed(tmp_path):
    outside = {
        "EMAIL_URL": "smtp://mail.example:25",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
    }
    code, said = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **REAL, **outside)
    assert code == 0, said
    assert "no issues" in said


def test_a_forgotten_mail_server_and_database_are_said_before_production(tmp_path):
    code, said = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **REAL)
    assert code != 0
    assert "EMAIL_URL is not set: mails are written to files" in said
    assert "DATABASE_URL is not set: everything is kept in SQLite" in said


@pytest.mark.parametrize("address", ["https://example.com/news", "https://example.com/?a=b"])
def test_a_site_below_another_is_refused_in_a_sentence(tmp_path, address):
    code, said = manage(tmp_path, "check", **{**REAL, "SITE_URL": address})
    assert code != 0
    assert "SITE_URL must be a host alone" in said
    assert len(said.splitlines()) == 1


def test_production_serves_no_demo(tmp_path):
    publication = "from newsroom.models import Publication; Publication.objects.create(name='x', is_demo=True)"
    with databases.copy_of_migrated("newsroom_starting") as url:
        code, said = manage(tmp_path, "shell", "-v0", "-c", publication, DEMO="1", DATABASE_URL=url)
        assert code == 0, said
        code, said = manage(
            tmp_path, "serve", **REAL, DEMO="0", DATABASE_URL=url, PORT=str(free_port())
        )
    assert code != 0
    assert "This database holds the demo publication" in said.splitlines()[-1]


def test_a_part_refuses_a_database_that_was_not_migrated(tmp_path):
    code, said = manage(tmp_path, "serve", "--only", "worker", DEMO="1")
    assert code != 0
    assert "migrations. Run manage.py migrate first." in said


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://root@127.0.0.1/x", "DATABASE_URL must begin with"),
        ("nonsense", "DATABASE_URL must begin with"),
        ("postgresql://nobody@127.0.0.1:9/none", "cannot be opened"),
        ("sqlite:////nowhere/at/all/x.sqlite3", "cannot be opened"),
    ],
)
def test_a_wrong_database_is_said_in_a_sentence(tmp_path, url, words):
    code, said = manage(tmp_path, "serve", DEMO="1", DATABASE_URL=url, PORT=str(free_port()))
    assert code != 0
    assert words in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1


def test_a_used_port_is_said_in_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = manage(tmp_path, "serve", DEMO="1", PORT=str(port))
    assert code != 0
    assert f"Port {port} is in use. Choose another one with PORT=8001 ./run" in said
    assert len(said.splitlines()) == 1


def test_a_second_start_in_the_same_folder_is_refused_in_a_sentence(tmp_path):
    locks = tmp_path / "data" / "locks"
    locks.mkdir(parents=True)
    with (locks / "serve").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        code, said = manage(tmp_path, "serve", DEMO="1", PORT=str(free_port()))
    assert code != 0
    assert "Another ./run uses" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("port", ["99999", "-1", "eighty"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    code, said = manage(tmp_path, "serve", DEMO="1", PORT=port)
    assert code != 0
    assert "Traceback" not in said
    assert "PORT" in said or "Port" in said


def test_an_unwritable_folder_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    code, said = manage(tmp_path, "serve", DEMO="1", DATA_DIR=str(tmp_path / "file" / "data"))
    assert code != 0
    assert said.startswith("The publication cannot start. DATA_DIR is")
    assert len(said.splitlines()) == 1


def test_a_web_process_waits_seconds_for_the_database_and_a_job_as_long_as_it_takes(
    tmp_path, monkeypatch
):
    def options(url=""):
        return environment.database(url, tmp_path)["OPTIONS"]

    monkeypatch.delenv("NEWSROOM_PART", raising=False)
    assert options()["timeout"] == 20
    monkeypatch.setenv("NEWSROOM_PART", "web")
    assert options()["timeout"] == 5


@pytest.mark.django_db
@pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="PostgreSQL’s own"
)
def test_a_session_of_postgresql_is_limited_by_set():
    database.limit_session(None, connection)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("15s",)
        cursor.execute("RESET ALL")


def test_a_secret_may_be_a_file(tmp_path):
    secret = tmp_path / "secret_key"
    secret.write_text(REAL["SECRET_KEY"] + "\n")
    others = {name: value for name, value in REAL.items() if name != "SECRET_KEY"}
    code, said = manage(tmp_path, "check", **others, SECRET_KEY_FILE=str(secret))
    assert code == 0, said
    code, said = manage(tmp_path, "check", **others, SECRET_KEY_FILE=str(tmp_path / "none"))
    assert code != 0
    assert "SECRET_KEY_FILE is" in said
    assert len(said.splitlines()) == 1


def test_the_secret_key_is_kept_and_only_for_its_owner(tmp_path):
    for _ in range(2):
        assert manage(tmp_path, "check", DEMO="1")[0] == 0
    key = tmp_path / "data" / "secret_key"
    assert len(key.read_text()) >= 50
    assert key.stat().st_mode & 0o077 == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("command", ["backup a.tar", "migrate", "createsuperuser --noinput"])
def test_a_command_without_its_database_says_so_in_a_sentence(tmp_path, command):
    variables = REAL | {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "DJANGO_SUPERUSER_PASSWORD": "a long pass phrase",
        "DJANGO_SUPERUSER_EMAIL": "a@news.example",
        "DJANGO_SUPERUSER_USERNAME": "a",
    }
    code, said = manage(tmp_path, *command.split(), **variables)
    assert code == 1
    assert "The database cannot be used: " in said
    assert "Traceback" not in said


def test_the_command_of_operators_shows_no_secret_and_runs_as_the_units_do(tmp_path):
    """deploy/newsroom, with a systemd-run that says what it was called with."""
    told = tmp_path / "systemd-run"
    told.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    told.chmod(0o755)
    done = subprocess.run(
        [ROOT / "deploy" / "newsroom", "backup", "a b.tar.gz"],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "NEWSROOM_CODE": str(ROOT),
            "DJANGO_SUPERUSER_PASSWORD": "a long pass phrase",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout.splitlines()
    assert said[-4:] == [f"{ROOT}/.venv/bin/python", "manage.py", "backup", "a b.tar.gz"]
    unit = (ROOT / "deploy/systemd/newsroom.service").read_text().splitlines()
    for line in ("User=newsroom", "EnvironmentFile=/etc/newsroom.env"):
        assert line in said
        assert line in unit
    assert f"WorkingDirectory={ROOT}" in said
    # By its name alone: a value in a command line is read by everybody on the machine.
    assert said[said.index("-E") + 1] == "DJANGO_SUPERUSER_PASSWORD"
    assert "a long pass phrase" not in done.stdout


@pytest.mark.parametrize(
    ("host", "bound"),
    [("127.0.0.1", "127.0.0.1"), ("::", "[::]"), ("::1", "[::1]"), ("0.0.0.0", "0.0.0.0")],
)
def test_it_binds_to_addresses_of_both_kinds(settings, host, bound):
    settings.HOST = host
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve.check_port(port)
    assert f"{serve.bracketed(host)}:8000" == f"{bound}:8000"


def test_a_database_that_vanishes_is_given_up(tmp_path):
    found = environment.database("postgresql://news@db.example/news", tmp_path)["OPTIONS"]
    longest = found["keepalives_idle"] + found["keepalives_interval"] * found["keepalives_count"]
    assert longest <= 30  # seconds, while it waits for an answer
    assert found["tcp_user_timeout"] <= 30_000
    assert "options" not in found  # PgBouncer refuses them


def test_every_folder_of_ours_is_part_of_the_release(settings):
    """A page that other code made is not shown."""
    folders = {folder.name for folder in settings.CODE_FOLDERS}
    apps = {name.partition(".")[0] for name in settings.INSTALLED_APPS}
    assert {name for name in apps if (ROOT / name).is_dir()} | {"templates", "pagecache"} <= folders
    assert "tests" not in folders
