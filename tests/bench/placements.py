"""Slots and beacons: what an answer costs, and how many beacons a second are counted, each of them
once.
"""

import json
import re
import statistics
import threading
import time

from ..journeys.conftest import Site
from ..journeys.test_freshness import Elsewhere
from ..journeys.test_placements import COUNTS, STORY, Sender
from .asking import fetch, reader
from .loads import cpu_seconds, say, web_processes

CLIENTS = 16
SECONDS = 30


class Steady(Sender):
    """Sends what it was offered for as long as it is asked to."""

    def send_until(self, deadline: float) -> None:
        while time.perf_counter() < deadline:
            _, body = self.ask("GET", self.address)
            for slot in json.loads(body)["slots"]:
                if slot and "token" in slot:
                    self.offered += 1
                    self.say(slot["token"])


def answers(site: Site, requests: int) -> None:
    """All slots of a story, beside a trivial view on the same connection."""
    positions = re.findall(r'data-position="?([^" >]+)', fetch(site, STORY)[1].decode())
    asked = Steady(site, positions)
    trivial, web = reader(site), web_processes(site)
    for ask in (lambda: asked.ask("GET", asked.address), lambda: trivial("/accounts/login")):
        ask()
    found = []
    for ask in (lambda: asked.ask("GET", asked.address), lambda: trivial("/accounts/login")):
        begun = cpu_seconds(web)
        times = []
        for _ in range(requests):
            started = time.perf_counter()
            ask()
            times.append((time.perf_counter() - started) * 1000)
        found.append((statistics.median(times), (cpu_seconds(web) - begun) * 1000 / requests))
    (slots, cpu), (plain, plain_cpu) = found
    say(
        f"slots, {len(positions)} of a page",
        f"{slots:.2f} ms",
        f"{cpu:.2f} ms CPU",
        f"{cpu / plain_cpu:.1f}",
    )
    say("trivial view", f"{plain:.2f} ms", f"{plain_cpu:.2f} ms CPU", "1")


def beacons(site: Site, elsewhere: Elsewhere, seconds: int = SECONDS) -> None:
    """Whoever was told that a beacon arrived finds it counted once."""
    positions = re.findall(r'data-position="?([^" >]+)', fetch(site, STORY)[1].decode())
    senders = [Steady(site, positions) for _ in range(CLIENTS)]
    time.sleep(2)  # What was offered until now is counted a moment later.
    before, web = elsewhere.do(COUNTS), web_processes(site)
    begun, started = cpu_seconds(web), time.perf_counter()
    threads = [
        threading.Thread(target=each.send_until, args=(started + seconds,)) for each in senders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, cpu = time.perf_counter() - started, cpu_seconds(web) - begun
    time.sleep(3)
    after = elsewhere.do(COUNTS)
    told = sum(each.told for each in senders)
    offered = sum(each.offered for each in senders)
    say(
        f"beacons by {CLIENTS} clients, told: {told}",
        f"{told / took:.0f}/s",
        f"{cpu / told * 1000:.2f} ms CPU",
        "",
    )
    grown = {
        name: after.get(name, 0) - before.get(name, 0)
        for name in ("rendered", "offered", "rendered replayed")
    }
    say(
        "  told, counted, offered, counted, doubled",
        told,
        grown["rendered"],
        offered,
        grown["offered"],
        grown["rendered replayed"],
    )


def measure(site: Site, requests: int) -> None:
    elsewhere = Elsewhere(site)
    say("", "median", "CPU", "trivial = 1")
    answers(site, requests)
    beacons(site, elsewhere)
    elsewhere.stop()
