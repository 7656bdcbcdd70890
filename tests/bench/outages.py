"""
What readers see while the database, then Redis, then the mail server is away, second by second.

    DATABASE_URL=postgresql://… python -m tests.bench.outages --seconds 180

Readers ask all the time for cached pages, for one that is not cached, for the search and for the
health; strangers write comments, which a mail has to confirm. Each row is fifteen seconds.
In the end, what writers were told is compared with what is there, and with the mails that came.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

from ..journeys.conftest import Site, own_database, running_site
from ..journeys.test_faults import REDIS, STORY, away
from ..journeys.test_freshness import Elsewhere
from ..newsletter.sink import running_sink
from .loads import say

ROW = 15  # seconds
PAUSE = 0.25  # seconds between two questions of a reader
CACHED = ("/", STORY, "/markets/", "/prices/")
LONGEST_WAIT_FOR_MAIL = 25 * 60  # seconds: a mail is tried again after 5, 10 and 20 minutes
COUNT = """
from comments.models import Confirmation
result = Confirmation.objects.filter(email__endswith="@outage.example").count()
"""


class Log:
    """What was answered, by the time of the question."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.seen: list[tuple[float, str, str, float]] = []  # when, what, answer, seconds
        self.told: set[str] = set()

    def note(self, kind: str, answer: str, began: float) -> None:
        self.seen.append((began - self.began, kind, answer, time.monotonic() - began))

    def row(self, since: float, until: float) -> list[str]:
        seen = [each for each in self.seen if since <= each[0] < until]
        cells = []
        for kind in ("cached", "new", "search", "healthz", "comment"):
            answers = Counter(answer for _, name, answer, _ in seen if name == kind)
            cells.append(", ".join(f"{number} × {name}" for name, number in answers.most_common()))
        waits = [seconds for _, kind, _, seconds in seen if kind != "comment"]
        return [*cells, f"{max(waits, default=0):.1f}"]


def ask(site: Site, method: str, path: str, body: str = "", **fields: str) -> tuple[str, bytes]:
    """The status and where the page came from, and its bytes."""
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=40)
    try:
        connection.request(
            method, path, body or None, {n.replace("_", "-"): v for n, v in fields.items()}
        )
        answer = connection.getresponse()
        content = answer.read()
    except OSError as error:
        return type(error).__name__, b""
    finally:
        connection.close()
    state = answer.headers.get("X-Cache", "")
    return f"{answer.status} {state}".strip(), content


def read(site: Site, log: Log, done: threading.Event) -> None:
    for number in itertools.count():
        if done.wait(PAUSE):
            return
        questions = [("cached", CACHED[number % len(CACHED)])]
        questions += [
            ("new", f"/policy/never-{number}-{threading.get_ident()}/"),
            ("search", f"/search/?q=clause+{number}"),
            ("healthz", "/healthz"),
        ]
        for kind, path in questions:
            began = time.monotonic()
            status, _ = ask(site, "GET", path)
            log.note(kind, status.split()[0] if kind != "cached" else status, began)


def write(site: Site, log: Log, done: threading.Event, article: str) -> None:
    """A stranger a second, each from a network of their own."""
    for number in itertools.count():
        if done.wait(1):
            return
        began = time.monotonic()
        network = f"10.{number >> 8 & 255}.{number & 255}.7"
        status = _comment(site, article, number, network)
        if status.startswith("302"):
            log.told.add(f"reader{number}@outage.example")
        log.note("comment", status, began)


def _comment(site: Site, article: str, number: int, network: str) -> str:
    target = {"content_type": "articles.article", "object_pk": article}
    status, content = ask(
        site, "GET", f"/comments/tokens/?{urlencode(target)}", X_Forwarded_For=network
    )
    if not status.startswith("200"):
        return status.split()[0]
    tokens = json.loads(content, parse_int=str)
    form = target | {
        name: tokens[name] for name in ("csrfmiddlewaretoken", "timestamp", "security_hash")
    }
    form |= {"name": f"Reader {number}", "email": f"reader{number}@outage.example"}
    form["comment"] = f"The clause on page {number} is the one that matters to us."
    status, _ = ask(
        site,
        "POST",
        "/comments/post/",
        urlencode(form),
        Content_Type="application/x-www-form-urlencoded",
        Cookie=f"csrftoken={tokens['csrfmiddlewaretoken']}",
        Origin=site.url,
        X_Forwarded_For=network,
    )
    return status.split()[0]


@contextlib.contextmanager
def stopped(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The process neither answers nor ends: to whom asks it is a server that hangs."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def phase(log: Log, name: str, seconds: float) -> None:
    print(f"\n{name}")
    end = time.monotonic() - log.began + seconds
    since = time.monotonic() - log.began
    while since < end:
        time.sleep(ROW)
        print(" | ".join([f"{since:5.0f} s", *log.row(since, since + ROW)]), flush=True)
        since += ROW


def measure(seconds: int, url: str, folder: Path) -> None:
    redis_socket = folder / "redis"
    options = ["--port", "0", "--unixsocket", str(redis_socket), "--save", "", "--dir", str(folder)]
    with contextlib.ExitStack() as running:
        redis = subprocess.Popen([str(REDIS), *options], stdout=subprocess.DEVNULL)
        running.callback(redis.wait)
        running.callback(redis.kill)
        sink = running.enter_context(running_sink())
        variables = {
            "BEHIND_PROXY": "1",
            "REDIS_URL": f"unix://{redis_socket}",
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "WEB_WORKERS": "2",
        }
        site = running.enter_context(running_site(folder / "site", url, **variables))
        elsewhere = Elsewhere(site)
        running.callback(elsewhere.stop)
        article = elsewhere.do(
            "from articles.models import Article\n"
            'result = str(Article.objects.get(slug="nine-banks-agree-when-a-payment-is-over").pk)'
        )
        for path in CACHED:
            ask(site, "GET", path)
        log, done = Log(), threading.Event()
        threads = [threading.Thread(target=read, args=(site, log, done)) for _ in range(3)]
        threads.append(threading.Thread(target=write, args=(site, log, done, article)))
        for thread in threads:
            thread.start()
        print(
            "since | cached pages | other pages (404) | search | /healthz | comment | longest wait"
        )
        calm(log)
        with away(url):
            phase(log, "The database is stopped.", seconds)
        calm(log)
        with stopped(redis):
            phase(log, "Redis hangs.", seconds)
        calm(log)
        hanging = threading.Event()
        sink.at_sender = lambda address: hanging.wait() and None
        phase(log, "The mail server hangs.", seconds)
        sink.at_sender = lambda address: None
        hanging.set()
        calm(log)
        done.set()
        for thread in threads:
            thread.join()
        print()
        say("comments whose writers were told", len(log.told))
        say("  of them kept", elsewhere.do(COUNT))
        say("  mails that came, once each", *_mails(log, lambda: sink.addresses))
        say("  parts that ended", (site.data / "log").read_text().count("ended"))


def calm(log: Log) -> None:
    phase(log, "Everything is there.", 2 * ROW)


def _mails(log: Log, addresses: Callable[[], Counter[str]]) -> tuple[int, int, str]:
    """How many of those that were told got a mail, how many got two, and how long it took."""
    began = time.monotonic()
    while log.told - addresses().keys() and time.monotonic() - began < LONGEST_WAIT_FOR_MAIL:
        time.sleep(1)
    found = addresses()
    twice = sum(1 for address in log.told if found[address] > 1)
    return len(log.told & found.keys()), twice, f"after {time.monotonic() - began:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=180, help="of each outage")
    options = parser.parse_args()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres") or not REDIS:
        sys.exit("This needs PostgreSQL (DATABASE_URL) and redis-server.")
    folder = Path(tempfile.mkdtemp())
    try:
        with own_database("newsroom_outages") as url:
            measure(options.seconds, url, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
