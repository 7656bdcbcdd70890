"""Loads upon servers: what they did, what they cost, and nginx as the yardstick."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..journeys.conftest import Site, free_port
from ..journeys.test_nginx import NGINX
from ..processes import descendants, memory, running, stat

TICKS = os.sysconf("SC_CLK_TCK")
WRK = shutil.which("wrk")
KEEPALIVE_REQUESTS = 1_000_000  # before nginx closes a connection


@dataclass(frozen=True)
class Load:
    """The result of a load of requests: per second, milliseconds in the middle and at the slow end, CPU
    of the server.
    """

    per_second: float
    p50: float
    p99: float
    cpu_us: float


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of processes, from the kernel."""
    total = 0
    for pid in pids:
        if fields := stat(pid):
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def web_processes(site: Site) -> list[int]:
    return running(site.process.pid, "gunicorn")


def megabytes(pids: Iterable[int]) -> int:
    """Memory of processes, what they share counted once."""
    return sum(memory(pid) for pid in pids) // 1024**2


def milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def load(url: str, pids: list[int], connections: int, seconds: float, **fields: str) -> Load:
    """Ask for `url` over so many kept-open connections, as wrk does, which must see no error."""
    headers = [
        part
        for name, value in fields.items()
        for part in ("-H", f"{name.replace('_', '-')}: {value}")
    ]
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
def static_nginx(folder: Path, fields: Mapping[str, str]) -> Iterator[tuple[str, list[int]]]:
    """nginx with one worker and a folder of files, which it sends with header fields of ours: the
    yardstick.
    """
    port = free_port()
    added = "".join(f"add_header {name} {json.dumps(value)};" for name, value in fields.items())
    (folder / "static").mkdir(parents=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; worker_processes 1; pid {folder}/pid;"
        f"error_log {folder}/error.log; events {{ worker_connections 2048; }}"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests {KEEPALIVE_REQUESTS}; {places}"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/static; default_type text/html; {added} }} }}"
    )
    with running_nginx(folder, folder / "nginx.conf") as pids:
        yield f"http://127.0.0.1:{port}", pids


@contextlib.contextmanager
def running_nginx(folder: Path, configuration: Path) -> Iterator[list[int]]:
    process = subprocess.Popen(
        [NGINX, "-c", str(configuration), "-p", str(folder), "-e", str(folder / "error.log")]
    )
    time.sleep(1)
    try:
        yield [process.pid, *descendants(process.pid)]
    finally:
        process.terminate()
        process.wait(10)


def say(*columns: object) -> None:
    print(f"{columns[0]:<44}" + "".join(f"{column:>12}" for column in columns[1:]), flush=True)
