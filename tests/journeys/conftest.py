"""The real thing: `manage.py serve` with its demo, its processes, its mail files, and a real browser before it."""

import contextlib
import email
import hashlib
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
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# For what happens before any database is asked.
not_on_the_second_database = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="Seen on SQLite already."
)
START_WITHIN = 90  # seconds: drawing and loading the demo on a busy machine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser the journeys are counted as skipped."""
    for item in items:
        if "journeys" not in item.path.parts:
            continue
        item.add_marker(pytest.mark.journey)
        if CHROMIUM is None and os.environ.get("CI") != "true":
            item.add_marker(pytest.mark.skip(reason="The journeys need a Chromium. On Debian: apt install chromium"))


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

    def mail_to(self, address: str, seconds: float = 15) -> str:
        """The text of the newest mail to `address`, once the worker has written it."""

        def newest() -> str | None:
            for path in sorted((self.data / "mail").glob("*"), key=lambda path: path.stat().st_mtime, reverse=True):
                message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
                if message["To"] == address:
                    return message.get_content()
            return None

        return wait_for(newest, seconds)

    def link_to(self, address: str, part: str) -> str:
        return re.search(rf"http\S*{part}\S*", self.mail_to(address))[0]


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


def drawn_once() -> Path:
    """Where the demo’s pictures are kept for the next site, as long as what draws them is the same."""
    sources = sorted([*(ROOT / "newsroom" / "demo").rglob("*"), ROOT / "articles" / "images.py"])
    digest = hashlib.blake2b(digest_size=8)
    for source in sources:
        if source.is_file() and source.suffix != ".pyc":
            digest.update(source.read_bytes())
    return Path(tempfile.gettempdir()) / f"newsroom-demo-pictures-{digest.hexdigest()}"


def keep_drawn(pictures: Path) -> None:
    """Copied aside first: whichever process is first has them all there at once."""
    if drawn_once().exists():
        return
    aside = Path(tempfile.mkdtemp()) / "pictures"
    shutil.copytree(pictures, aside)
    with contextlib.suppress(OSError):
        aside.rename(drawn_once())


@contextlib.contextmanager
def running_site(data: Path, database_url: str = "", **variables: str) -> Iterator[Site]:
    """Start `manage.py serve` as ./run does, wait until it answers, and stop it in the end."""
    port = free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {"DEMO": "1", "PORT": str(port), "DATA_DIR": str(data), "PRICES_COINGECKO_URL": "http://127.0.0.1:9"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    environment |= variables
    data.mkdir(parents=True, exist_ok=True)
    pictures = data / "media" / "images" / "demo"
    if drawn_once().exists() and not pictures.exists():
        shutil.copytree(drawn_once(), pictures)
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    site = Site(f"http://127.0.0.1:{port}", data, process, environment)

    def answers() -> bool:
        if process.poll() is not None:
            raise AssertionError((data / "log").read_text()[-3000:])
        with contextlib.suppress(OSError):
            return site.get("/healthz") == "ok\n"
        return False

    try:
        wait_for(answers, START_WITHIN)
        keep_drawn(pictures)
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextlib.contextmanager
def own_database(name: str) -> Iterator[str]:
    """A database of the journeys’ own on the server that DATABASE_URL names; nothing to do for SQLite."""
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
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with own_database("newsroom_journeys") as url, running_site(tmp_path_factory.mktemp("site"), url) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "The journeys need a Chromium. On Debian: apt install chromium"
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def open_context(browser: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of a certain kind, such as `open_context(java_script_enabled=False)`."""
    contexts = []

    def opened(**options: object) -> BrowserContext:
        context = browser.new_context(base_url=site.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context(viewport={"width": 1280, "height": 900}).new_page()


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password").fill(f"{name}-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/(admin|advertise)/"))
