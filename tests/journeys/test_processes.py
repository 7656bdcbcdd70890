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

from ..processes import descendants, is_alive, memory, running
from .conftest import empty_database, own_database, running_site, serving, wait_for

pytestmark = [
    pytest.mark.xdist_group("journeys"),
    pytest.mark.skipif(
        not Path("/proc/self/task").exists(), reason="Reads the kernel’s list of processes."
    ),
]
PARTS = {
    "web": "gunicorn",
    "worker": r"worker$",
    "pictures": r"--queue pictures$",
    "scheduler": r"scheduler$",
}
# Two workers, so that pictures hold up no mail. How much is shared differs by machine and day.
LARGEST_MEMORY = 600_000_000


def part(site, name: str) -> int | None:
    """The topmost process of a part."""
    return next(iter(running(site.process.pid, PARTS[name])), None)


def is_healthy(site) -> bool:
    try:
        return bool(json.loads(site.get("/healthz"))["healthy"])
    except (urllib.error.HTTPError, OSError):
        return False


def answers(site) -> bool:
    """A connection that the killed process had accepted is never answered."""
    try:
        return site.get("/livez") == "ok\n"
    except OSError:
        return False


def test_every_part_comes_back_and_nothing_stays_behind(tmp_path):
    with own_database("newsroom_processes") as url, running_site(tmp_path / "site", url) as site:
        wait_for(lambda: is_healthy(site), 60)
        story = site.get("/")
        for name in PARTS:
            victim = wait_for(lambda name=name: part(site, name))
            os.kill(victim, signal.SIGKILL)
            wait_for(lambda name=name, victim=victim: part(site, name) not in (None, victim), 30)
        wait_for(lambda: is_healthy(site), 60)
        assert site.get("/") == story
        os.kill(running(site.process.pid, PARTS["web"])[-1], signal.SIGKILL)
        wait_for(lambda: answers(site), 60)

        family = descendants(site.process.pid)
        everything = sum(memory(pid) for pid in {*family, site.process.pid})
        print(f"memory of {len(family) + 1} processes: {everything / 1e6:.0f} MB")
        assert everything < LARGEST_MEMORY
        site.process.send_signal(signal.SIGTERM)
        assert site.process.wait(30) == 0
        wait_for(lambda: not any(is_alive(pid) for pid in family))

        started = time.monotonic()
        with running_site(tmp_path / "site", url) as again:
            print(f"second start: {time.monotonic() - started:.1f} s")
            assert "Nine clearing banks" in again.get("/")


@pytest.mark.drill
def test_a_first_start_migrates_loads_the_demo_and_answers(tmp_path):
    """All other journeys begin with a site that was loaded before."""
    with empty_database("newsroom_first") as url, serving(tmp_path, url) as site:
        assert "Nine clearing banks" in site.get("/")
        wait_for(lambda: is_healthy(site), 60)
