"""Kept pages beside nginx’ static files."""

import re
import statistics
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..journeys.conftest import Site, free_port
from ..journeys.test_nginx import write_configuration
from .asking import fetch
from .loads import KEEPALIVE_REQUESTS, Load, load, running_nginx, say, static_nginx, web_processes

STORY = "/policy/nine-banks-agree-when-a-payment-is-over/"
TURNS = 9
ENCODINGS = {"plain": "identity", "gzip": "gzip"}


# What nginx says of a file by itself.
NGINX_OWN = {
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "server",
    "connection",
}


def fields_of(site: Site) -> dict[str, str]:
    """The header fields of the story, for nginx to send the same."""
    return own_fields(fetch(site, STORY)[0])


def own_fields(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in NGINX_OWN}


def warm(
    site: Site, workers: int, yardstick: tuple[str, list[int]], folder: Path, seconds: float
) -> None:
    url, pids = yardstick
    fetch(site, STORY)
    for name, encoding in ENCODINGS.items():
        (folder / "static" / f"{name}.html").write_bytes(
            fetch(site, STORY, Accept_Encoding=encoding)[1]
        )
    strip = "/prices/strip/"
    (folder / "static" / "strip.html").write_bytes(fetch(site, strip, Accept_Encoding="gzip")[1])
    etag, their_etag = (
        fetch(*each)[0]["etag"] for each in ((site, STORY), (replace(site, url=url), "/plain.html"))
    )
    web = web_processes(site)
    for name, encoding in ENCODINGS.items():
        for connections in (1, 32, 256):
            fields = {"Accept_Encoding": encoding}
            row(
                f"kept article, {name}, {workers} process, c={connections}",
                partial(load, site.url + STORY, web, connections, seconds, **fields),
                partial(load, f"{url}/{name}.html", pids, connections, seconds, **fields),
            )
    row(
        f"strip of prices, {workers} process, c=32",
        partial(load, site.url + strip, web, 32, seconds, Accept_Encoding="gzip"),
        partial(load, f"{url}/strip.html", pids, 32, seconds, Accept_Encoding="gzip"),
    )
    row(
        f"304, {workers} process, c=32",
        partial(load, site.url + STORY, web, 32, seconds, If_None_Match=etag),
        partial(load, f"{url}/plain.html", pids, 32, seconds, If_None_Match=their_etag),
    )


def row(name: str, ours: Callable[[], Load], theirs: Callable[[], Load]) -> None:
    """Both in turns, so that whatever else the machine does falls on both; the ratio is the middle
    of all turns’.
    """
    pairs = [(theirs(), ours()) for _ in range(TURNS)]
    ratio = statistics.median(mine.per_second / other.per_second for other, mine in pairs)
    middle = sorted((mine for _, mine in pairs), key=lambda each: each.per_second)[TURNS // 2]
    say_row(name, middle, ratio)


def say_row(name: str, ours: Load, ratio: float) -> None:
    spread = ours.p99 / ours.p50
    figures = (
        f"{ours.per_second:.0f}",
        f"{ratio:.2f}",
        f"{ours.cpu_us:.0f}",
        f"{ours.p50:.2f}",
        f"{ours.p99:.2f}",
    )
    say(name, *figures, f"{spread:.1f}")


def behind_nginx(site: Site, folder: Path, seconds: float) -> None:
    """Our nginx file with TLS taken off and no limits, beside a file of the same bytes with the
    same header fields.

    Both keep a connection for as many requests.
    """
    folder.mkdir()
    port = free_port()
    configuration = write_configuration(folder, site, port, free_port())
    text = configuration.read_text().replace(" ssl http2;", ";")
    text = re.sub(r"^\s*(limit_req|ssl_)\S* .*\n", "", text, flags=re.MULTILINE)
    text = text.replace("proxy_set_header Host $host;", "proxy_set_header Host 127.0.0.1;")
    text = text.replace("daemon off;", "daemon off; worker_processes 1;")
    text = text.replace(
        "keepalive_timeout 65s;", f"keepalive_timeout 65s; keepalive_requests {KEEPALIVE_REQUESTS};"
    )
    configuration.write_text(text)
    with running_nginx(folder, configuration) as pids:
        front = replace(site, url=f"http://127.0.0.1:{port}")
        for name, encoding in ENCODINGS.items():
            asked = {"Host": "news.example", "Accept_Encoding": encoding}
            fetch(front, STORY, **asked)
            answer, body = fetch(front, STORY, **asked)
            files = folder / f"yardstick_{name}"
            with static_nginx(files, own_fields(answer)) as (url, static_pids):
                (files / "static" / "page.html").write_bytes(body)
                for connections in (32, 256):
                    row(
                        f"behind our nginx, {name}, c={connections}",
                        partial(load, front.url + STORY, pids, connections, seconds, **asked),
                        partial(
                            load, f"{url}/page.html", static_pids, connections, seconds, **asked
                        ),
                    )
