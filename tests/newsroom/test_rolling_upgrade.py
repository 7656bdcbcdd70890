"""The release before this one goes on serving on the database of this one: several machines are
upgraded one after the other (docs/operating.md, Upgrade).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .. import databases

# Tests of that release, by name: pages are read; comments, sign-ups, stories and campaigns written.
READS_AND_POSTS = (
    "test_pages.py",
    "test_posting.py",
    "test_subscriptions.py",
    "test_submitting.py",
    "test_saving.py",
    "test_publishing.py",
)

pytestmark = [
    pytest.mark.drill,
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"),
        reason="One machine is not upgraded by turns.",
    ),
]


def git(*arguments: str) -> bytes:
    return subprocess.run(
        ["git", *arguments], cwd=databases.ROOT, check=True, capture_output=True
    ).stdout


def release_before() -> str:
    """The commit before the last change of the database."""
    last = git("log", "-1", "--format=%H", "--", "*/migrations/*.py").decode().strip()
    return git("rev-parse", f"{last}^").decode().strip()


@pytest.fixture
def earlier_code(tmp_path) -> Path:
    try:
        commit = release_before()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("This copy has no history, or too little of it.")
    code = tmp_path / "code"
    code.mkdir()
    archive = git("archive", commit)
    subprocess.run(["tar", "-x", "-C", str(code)], input=archive, check=True)
    return code


def test_the_release_before_reads_and_writes_on_the_database_of_this_one(earlier_code):
    tests = [str(each) for each in earlier_code.rglob("test_*.py") if each.name in READS_AND_POSTS]
    assert len(tests) >= len(READS_AND_POSTS)
    # A name of its own: the digest is of the address, too.
    url = databases.named(os.environ["DATABASE_URL"], "newsroom_rolling")
    # The database that its tests are going to copy, made by the migrations of this release.
    digest = run_in(
        earlier_code, url, "-c", "from tests import databases; print(databases.digest())"
    )
    with databases.database_on_server(url, f"newsroom_migrated_{digest.strip()}") as made:
        databases.migrate(made)
        report = run_in(earlier_code, url, "-m", "pytest", *tests)
    assert "[100%]" in report


def run_in(code: Path, url: str, *arguments: str) -> str:
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=code,
        env=environment | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout
