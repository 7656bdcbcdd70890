"""Web, worker and scheduler, killed one by one, come back; stopped together nothing stays, and all
data is whole.
"""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ..newsroom.test_supervisor import alive, descendants
from .conftest import empty_database, own_database, running_site, serving, wait_for

pytestmark = [
    pytest.mark.xdist_group("journeys"),
    pytest.mark.skipif(
        not Path("/proc/self/task").exists(), reason="Reads the kernel’s list of processes."
    ),
]
PARTS = {"web": "gunicorn", "worker": "db_worker", "scheduler": "scheduler"}
LARGEST_MEMORY = 420_000_000


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def memory(pid: int) -> int:
    """Bytes of a process, what it shares counted once."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def part(site, name: str) -> int | None:
    """The topmost process of a part."""
    pids = [pid for pid in descendants(site.process.pid) if PARTS[name] in command(pid)]
    return min(pids) if pids else None


def is_ready(site) -> bool:
    try:
        return bool(json.loads(site.get("/readyz"))["ready"])
    except (urllib.error.HTTPError, OSError):
        return False


def answers(site) -> bool:
    """A connection that the killed process had accepted is never answered."""
    try:
        return site.get("/healthz") == "ok\n"
    except OSError:
        return False


def test_every_part_comes_back_and_nothing_stays_behind(tmp_path):
    with own_database("newsroom_processes") as url, running_site(tmp_path / "site", url) as site:
        wait_for(lambda: is_ready(site), 60)
        story = site.get("/")
        for name in PARTS:
            victim = wait_for(lambda name=name: part(site, name))
            os.kill(victim, signal.SIGKILL)
            wait_for(lambda name=name, victim=victim: part(site, name) not in (None, victim), 30)
        wait_for(lambda: is_ready(site), 60)
        assert site.get("/") == story
        workers = [pid for pid in descendants(site.process.pid) if "gunicorn" in command(pid)]
        os.kill(max(workers), signal.SIGKILL)
        wait_for(lambda: answers(site), 60)

        family = descendants(site.process.pid)
        everything = sum(memory(pid) for pid in {*family, site.process.pid})
        print(f"memory of {len(family) + 1} processes: {everything / 1e6:.0f} MB")
        assert everything < LARGEST_MEMORY
        site.process.send_signal(signal.SIGTERM)
        assert site.process.wait(30) == 0
        wait_for(lambda: not any(alive(pid) for pid in family))

        started = time.monotonic()
        with running_site(tmp_path / "site", url) as again:
            print(f"second start: {time.monotonic() - started:.1f} s")
            assert "Nine clearing banks" in again.get("/")


@pytest.mark.drill
def test_a_first_start_migrates_loads_the_demo_and_answers(tmp_path):
    """All other journeys begin with a site that was loaded before."""
    with empty_database("newsroom_first") as url, serving(tmp_path, url) as site:
        assert "Nine clearing banks" in site.get("/")
        wait_for(lambda: is_ready(site), 60)
