"""The real thing: `manage.py serve` with its demo, its processes, its mail files, and a real
browser before it.
"""

import atexit
import contextlib
import email
import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import policy
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from .. import databases

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
# For what happens before any database is asked.
not_on_the_second_database = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="Seen on SQLite already."
)
# A busy machine may need longer than the five seconds that are usual.
expect.set_options(timeout=15_000)  # milliseconds
START_WITHIN = 180  # seconds: migrating and loading the demo on a busy machine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser the journeys are counted as skipped."""
    for item in items:
        if "journeys" not in item.path.parts:
            continue
        item.add_marker(pytest.mark.journey)
        if CHROMIUM is None and os.environ.get("CI") != "true":
            item.add_marker(
                pytest.mark.skip(
                    reason="The journeys need a Chromium. On Debian: apt install chromium"
                )
            )


@dataclass
class Site:
    """A running publication."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=10) as response:
            return response.read().decode()

    def mail_to(self, address: str, seconds: float = 15, since: float = 0, says: str = "") -> str:
        """The text of the newest mail to `address` that `says` something, once the worker has written
        it; `since` when, in seconds since 1970. Others come to the same people by the clock.
        """

        def newest() -> str | None:
            files = [(path.stat().st_mtime, path) for path in (self.data / "mail").glob("*")]
            for _, path in sorted((file for file in files if file[0] > since), reverse=True):
                message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
                if message["To"] == address and says in (text := message.get_content()):
                    return text
            return None

        return wait_for(newest, seconds)

    def link_to(self, address: str, part: str) -> str:
        return re.search(rf"http\S*{part}\S*", self.mail_to(address, says=part))[0]


def wait_for(condition: Callable[[], object], seconds: float = 15.0) -> object:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.1)
    raise AssertionError("It did not happen in time.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_site(data: Path, database_url: str = "", **variables: str) -> Iterator[Site]:
    """Start `manage.py serve` as ./run does, wait until it answers, and stop it in the end.

    A folder that is not there yet begins as a copy of the site that was loaded once, and so does a
    database of `own_database`.
    """
    if not data.exists():
        shutil.copytree(
            loaded_once().data, data, ignore=shutil.ignore_patterns("pages", "mail", "log")
        )
    with serving(data, database_url, **variables) as site:
        yield site


@contextlib.contextmanager
def serving(
    data: Path, database_url: str, port: int | None = None, only: str = "", **variables: str
) -> Iterator[Site]:
    """`port`: that of an earlier start, whose cached pages are wanted: they are of one address. `only`:
    the part that runs here.
    """
    port = port or free_port()
    environment = environment_of(data) | {"PORT": str(port)}
    if database_url:
        environment["DATABASE_URL"] = database_url
    environment |= variables
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", *(["--only", only] if only else [])],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    site = Site(f"http://127.0.0.1:{port}", data, process, environment)

    def answers() -> bool:
        if process.poll() is not None:
            raise AssertionError((data / "log").read_text()[-3000:])
        if only not in ("", "web"):
            return True
        with contextlib.suppress(OSError):
            return site.get("/livez") == "ok\n"
        return False

    try:
        wait_for(answers, START_WITHIN)
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@dataclass
class Loaded:
    """A site as its first start leaves it, at rest."""

    data: Path
    database: str  # on a server of databases; empty where it is a file in the folder


@functools.cache
def loaded_once() -> Loaded:
    """Migrated, loaded and with its static files. It is gone when the tests end."""
    left_behind = contextlib.ExitStack()
    atexit.register(left_behind.close)
    data = Path(left_behind.enter_context(tempfile.TemporaryDirectory())) / "site"
    data.mkdir()
    url = left_behind.enter_context(databases.copy_of_migrated("newsroom_loaded"))
    environment = environment_of(data)
    if url.startswith("sqlite:"):
        shutil.copyfile(url.removeprefix("sqlite:///"), data / "newsroom.sqlite3")
    else:
        environment["DATABASE_URL"] = url
    for command in ("load_demo", "build_static"):
        subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return Loaded(data, urlsplit(url).path.removeprefix("/"))


def environment_of(data: Path) -> dict[str, str]:
    """Return the environment of a demo in a folder that calls nobody."""
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
    }
    environment |= {"DEMO": "1", "DATA_DIR": str(data)}
    return environment | {
        f"PRICES_{name}_URL": "http://127.0.0.1:9"
        for name in ("COINGECKO", "COINPAPRIKA", "BINANCE")
    }


def manage(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )


@contextlib.contextmanager
def own_database(name: str) -> Iterator[str]:
    """A database of the journeys’ own, loaded, on the server that DATABASE_URL names; nothing to do
    for SQLite.
    """
    with empty_database(name, template=loaded_once().database) as url:
        yield url


@contextlib.contextmanager
def empty_database(name: str, template: str = "") -> Iterator[str]:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield ""
        return
    import psycopg

    name = f"{name}_{os.getpid()}"
    parts = urlsplit(url)
    server = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template1"}"')
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with (
        own_database("newsroom_journeys") as url,
        running_site(tmp_path_factory.mktemp("journeys") / "site", url) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "The journeys need a Chromium. On Debian: apt install chromium"
    arguments = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def open_context(browser: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of a certain kind, such as `open_context(java_script_enabled=False)`."""
    contexts = []

    def opened(**options: object) -> BrowserContext:
        context = browser.new_context(**{"base_url": site.url, **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        # A page may still ask for something (the next refresh of prices) while its context closes: a route that
        # answers it then would fail the test after this one.
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.close()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context(viewport={"width": 1280, "height": 900}).new_page()


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password").fill(f"{name}-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/(admin|partners)/"))


# Less than this is a line of text that was cut in two when the first half of it was painted.
SEEN = 0.0005


def noting_what_moves(page: Page) -> None:
    """Before a page is opened: note what is painted in one place and then in another, without
    anybody having acted.
    """
    page.add_init_script(
        "window.moved = []; new PerformanceObserver(list => list.getEntries().forEach(entry => window.moved.push("
        "[entry.value, ...entry.sources.map(source => (source.node?.outerHTML ?? source.node?.data ?? '')"
        ".slice(0, 80))]))).observe({ type: 'layout-shift', buffered: true });"
    )


def what_moved(page: Page) -> list[list[object]]:
    """The sources of the layout shift, with its size as browsers measure it; nothing if it was too little to be
    seen.
    """
    moved = page.evaluate("window.moved")
    return moved if sum(each[0] for each in moved) > SEEN else []
