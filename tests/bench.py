"""`make bench`: what a page costs, as ratios to a trivial view measured in the same run on the same server.

Requests per second depend on what else the machine does; CPU per request and the ratios hardly do.
"""

import argparse
import http.client
import os
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from .journeys.conftest import Site, running_site
from .newsroom.test_supervisor import descendants

PAGES = {
    "trivial view (/healthz)": "/healthz",
    "front page": "/",
    "article, 8 comments": "/policy/nine-banks-agree-when-a-payment-is-over/",
    "article, 119 comments": "/opinion/most-people-should-not-hold-keys/",
    "section": "/markets/",
    "coin": "/prices/bitcoin/",
}
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of processes, from the kernel."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def web_processes(site: Site) -> list[int]:
    return [pid for pid in descendants(site.process.pid) if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def load(site: Site, path: str, requests: int, connections: int) -> float:
    """Send `requests` over some kept-open connections; return the seconds they took."""
    host = site.url.removeprefix("http://")

    def send(count: int) -> None:
        connection = http.client.HTTPConnection(host)
        for _ in range(count):
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
        connection.close()

    threads = [threading.Thread(target=send, args=(requests // connections,)) for _ in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200, help="for each page")
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder) / "bench") as site:
        time.sleep(3)  # The first beats of clock and worker.
        print(f"{'page':<26}{'requests/s':>12}{'CPU ms/request':>16}{'CPU, trivial = 1':>18}")
        trivial = 0.0
        for name, path in PAGES.items():
            load(site, path, 20, options.connections)
            before = cpu_seconds(web_processes(site))
            seconds = load(site, path, options.requests, options.connections)
            cpu = (cpu_seconds(web_processes(site)) - before) / options.requests * 1000
            trivial = trivial or cpu
            print(f"{name:<26}{options.requests / seconds:>12.0f}{cpu:>16.2f}{cpu / trivial:>18.1f}")


if __name__ == "__main__":
    main()
