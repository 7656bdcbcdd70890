"""
`make bench`: what pages cost, as ratios measured in one run on one machine.

Kept pages stand beside nginx serving the same bytes as a static file (= 1.00), pages that must be made beside a trivial
view (= 1). Requests per second depend on what else the machine does; CPU per request and the ratios hardly do.
docs/performance.md explains the table. Needs wrk and nginx: on Debian, apt install wrk nginx-light.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from .journeys.conftest import Site, free_port, running_site
from .journeys.test_freshness import Elsewhere
from .journeys.test_nginx import NGINX, write_configuration
from .newsroom.test_supervisor import descendants

STORY = "/policy/nine-banks-agree-when-a-payment-is-over/"
ENCODINGS = {"plain": "identity", "gzip": "gzip"}
# A request that carries this cookie is answered by Django.
MADE_ANEW = {"Cookie": "fresh=1"}
COLD = {
    "trivial view (/healthz)": "/healthz",
    "front page": "/",
    "article, 8 comments": STORY,
    "article, 119 comments": "/opinion/most-people-should-not-hold-keys/",
    "article, 1,000 comments": "/policy/a-thousand-thoughts/",
    "section": "/markets/",
    "coin": "/prices/bitcoin/",
    "search": "/search/?q=bank",
}
THOUSAND_COMMENTS = """
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from articles.models import Article, Byline
from articles import publishing
from comments import counting
from comments.models import SiteComment
first = Article.objects.get(slug="nine-banks-agree-when-a-payment-is-over")
story = Article(section=first.section, title="A thousand thoughts", slug="a-thousand-thoughts", standfirst="Many.",
                body=first.body, hero=first.hero)
story.save()
Byline.objects.create(article=story, author=first.authors.first())
publishing.publish(story, by=None)
kind, last = ContentType.objects.get_for_model(Article), 0
for number in range(1000):
    comment = SiteComment(content_type=kind, object_pk=str(story.pk), site_id=1, user_name=f"Reader {number}",
                          user_email="reader@readers.example", comment="The clause is short. " * 8,
                          parent_id=last if number % 4 else 0, submit_date=timezone.now())
    comment.save()
    last = comment.pk
counting.recount(story.pk)
"""
TICKS = os.sysconf("SC_CLK_TCK")
WRK = shutil.which("wrk")


@dataclass(frozen=True)
class Load:
    """What a load of requests did: per second, milliseconds in the middle and at the slow end, CPU of the server."""

    per_second: float
    p50: float
    p99: float
    cpu_us: float


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of processes, from the kernel."""
    total = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def web_processes(site: Site) -> list[int]:
    return [pid for pid in descendants(site.process.pid) if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def memory(pids: Iterable[int]) -> int:
    """Megabytes of processes, what they share counted once."""
    lines = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
    return sum(int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) for text in lines) // 1024


def milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def load(url: str, pids: list[int], connections: int, seconds: float, **fields: str) -> Load:
    """Ask for `url` over so many kept-open connections, as wrk does, which must see no error."""
    headers = [part for name, value in fields.items() for part in ("-H", f"{name.replace('_', '-')}: {value}")]
    before = cpu_seconds(pids)
    command = [WRK, "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", *headers, url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text and "If_None_Match" not in fields:
        raise SystemExit(f"{url}: {text}")
    count = int(re.search(r"(\d+) requests in", text)[1])
    return Load(
        per_second=float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
        p50=milliseconds(re.search(r"^\s+50%\s+(\S+)", text, re.MULTILINE)[1]),
        p99=milliseconds(re.search(r"^\s+99%\s+(\S+)", text, re.MULTILINE)[1]),
        cpu_us=(cpu_seconds(pids) - before) / count * 1e6,
    )


@contextlib.contextmanager
def static_nginx(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """nginx with one worker and a folder of files: the yardstick."""
    port = free_port()
    (folder / "static").mkdir(parents=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; worker_processes 1; pid {folder}/pid;"
        f"error_log {folder}/error.log; events {{ worker_connections 2048; }}"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; {places}"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/static; default_type text/html; }} }}"
    )
    with running_nginx(folder, folder / "nginx.conf") as pids:
        yield f"http://127.0.0.1:{port}", pids


@contextlib.contextmanager
def running_nginx(folder: Path, configuration: Path) -> Iterator[list[int]]:
    process = subprocess.Popen([NGINX, "-c", str(configuration), "-p", str(folder), "-e", str(folder / "error.log")])
    time.sleep(1)
    try:
        yield [process.pid, *descendants(process.pid)]
    finally:
        process.terminate()
        process.wait(10)


def fetch(site: Site, path: str, **fields: str) -> tuple[dict[str, str], bytes]:
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"))
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in fields.items()})
    answer = connection.getresponse()
    return {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def say(*columns: object) -> None:
    print(f"{columns[0]:<44}" + "".join(f"{column:>12}" for column in columns[1:]), flush=True)


def warm(site: Site, workers: int, yardstick: tuple[str, list[int]], folder: Path, seconds: float) -> None:
    url, pids = yardstick
    fetch(site, STORY)
    for name, encoding in ENCODINGS.items():
        (folder / "static" / f"{name}.html").write_bytes(fetch(site, STORY, Accept_Encoding=encoding)[1])
    etag = fetch(site, STORY)[0]["etag"]
    web = web_processes(site)
    for name, encoding in ENCODINGS.items():
        for connections in (1, 32, 256):
            ours, theirs = [], []
            for _ in range(3):  # In turns, so that whatever else the machine does falls on both.
                theirs.append(load(f"{url}/{name}.html", pids, connections, seconds, Accept_Encoding=encoding))
                ours.append(load(site.url + STORY, web, connections, seconds, Accept_Encoding=encoding))
            row(f"kept article, {name}, {workers} process, c={connections}", middle(ours), middle(theirs))
    theirs_304 = load(f"{url}/plain.html", pids, 32, seconds)
    row(f"304, {workers} process, c=32", load(site.url + STORY, web, 32, seconds, If_None_Match=etag), theirs_304)


def middle(loads: list[Load]) -> Load:
    return sorted(loads, key=lambda each: each.per_second)[len(loads) // 2]


def row(name: str, ours: Load, theirs: Load) -> None:
    ratio, spread = ours.per_second / theirs.per_second, ours.p99 / ours.p50
    figures = (f"{ours.per_second:.0f}", f"{ratio:.2f}", f"{ours.cpu_us:.0f}", f"{ours.p50:.2f}", f"{ours.p99:.2f}")
    say(name, *figures, f"{spread:.1f}")


def behind_nginx(site: Site, yardstick: tuple[str, list[int]], folder: Path, seconds: float) -> None:
    """Our nginx file with TLS taken off and no limits."""
    url, static_pids = yardstick
    folder.mkdir()
    port = free_port()
    configuration = write_configuration(folder, site, port, free_port())
    text = configuration.read_text().replace(" ssl http2;", ";")
    text = re.sub(r"^\s*(limit_req|ssl_)\S* .*\n", "", text, flags=re.MULTILINE)
    text = text.replace("proxy_set_header Host $host;", "proxy_set_header Host 127.0.0.1;")
    text = text.replace("daemon off;", "daemon off; worker_processes 1;")
    configuration.write_text(text)
    with running_nginx(folder, configuration) as pids:
        address = f"http://127.0.0.1:{port}"
        for name, encoding in ENCODINGS.items():
            fields = {"Host": "news.example", "Accept_Encoding": encoding}
            for connections in (32, 256):
                ours, theirs = [], []
                for _ in range(3):
                    theirs.append(load(f"{url}/{name}.html", static_pids, connections, seconds, **fields))
                    ours.append(load(address + STORY, pids, connections, seconds, **fields))
                row(f"behind our nginx, {name}, c={connections}", middle(ours), middle(theirs))


def cold(site: Site, requests: int) -> None:
    trivial = 0.0
    web = web_processes(site)
    for name, path in COLD.items():
        repeat(site, path, 10)
        before, started = cpu_seconds(web), time.perf_counter()
        repeat(site, path, requests)
        cpu = (cpu_seconds(web) - before) / requests * 1000
        trivial = trivial or cpu
        say(name, f"{requests / (time.perf_counter() - started):.0f}", f"{cpu:.2f}", f"{cpu / trivial:.0f}")


def repeat(site: Site, path: str, count: int) -> None:
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"))
    for _ in range(count):
        connection.request("GET", path, headers=MADE_ANEW)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")


def comments(site: Site, count: int) -> None:
    """An account holder’s thoughts, one after the other on one connection."""
    ask = talker(site)
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', ask("GET", "/accounts/login/"))[1].decode()
    ask("POST", "/accounts/login/", login="editor", password="editor-demo", csrfmiddlewaretoken=token)
    article = re.search(r'name="object_pk" value="(\d+)"', fetch(site, STORY)[1].decode())[1]
    form = {"content_type": "articles.article", "object_pk": article, "name": "a", "email": "a@readers.example"}
    tokens = json.loads(ask("GET", f"/comments/tokens/?{urlencode(form)}"), parse_int=str)
    web = web_processes(site)
    before, started = cpu_seconds(web), time.perf_counter()
    for number in range(count):
        ask(
            "POST",
            "/comments/post/",
            **form,
            **{key: str(value) for key, value in tokens.items()},
            comment=f"No. {number}",
        )
    cpu = (cpu_seconds(web) - before) / count * 1000
    say("a comment is posted", f"{count / (time.perf_counter() - started):.0f}", f"{cpu:.2f}", "")


def talker(site: Site) -> Callable[..., bytes]:
    """Ask as one browser does: with its cookies, which are kept."""
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"))
    cookies: dict[str, str] = {}

    def ask(method: str, path: str, **form: str) -> bytes:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.url}
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            if name != "fresh":
                cookies[name] = value
        body = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{path} answered {answer.status}")
        return body

    return ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2, help="for each load")
    parser.add_argument("--requests", type=int, default=100, help="for each page that is made")
    options = parser.parse_args()
    if not WRK or not NGINX:
        sys.exit("make bench needs wrk and nginx. On Debian: apt install wrk nginx-light")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with static_nginx(folder / "yardstick") as yardstick:
            for workers in (1, 2):
                with running_site(folder / f"site{workers}", WEB_WORKERS=str(workers), LOG_LEVEL="WARNING") as site:
                    time.sleep(3)  # The first beats of clock and worker.
                    say("", "requests/s", "nginx = 1", "CPU µs", "p50 ms", "p99 ms", "p99/p50")
                    warm(site, workers, yardstick, folder / "yardstick", options.seconds)
                    if workers == 1:
                        behind_nginx(site, yardstick, folder / "front", options.seconds)
                        elsewhere = Elsewhere(site)
                        elsewhere.do(THOUSAND_COMMENTS)
                        elsewhere.stop()
                        say("", "requests/s", "CPU ms", "trivial = 1")
                        cold(site, options.requests)
                        comments(site, options.requests)
                    print(f"memory of the web processes: {memory(web_processes(site))} MB", flush=True)


if __name__ == "__main__":
    main()
