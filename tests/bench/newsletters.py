"""Newsletters: rows for a hundred thousand recipients, and what one worker hands to a mail server
on this machine.
"""

import subprocess
import sys
import time
from pathlib import Path

from ..journeys.conftest import ROOT, free_port
from ..journeys.test_freshness import Elsewhere
from ..journeys.test_newsletters import Workers, prepare, publication_at_rest
from .loads import cpu_seconds, megabytes, say

RECIPIENTS = 100_000
LONGEST = 60  # seconds that are looked at, from when it goes at its pace

START = """
import time
from django.db import connection
from django.test.utils import CaptureQueriesContext
from newsletter.composing import drafts as composing
from newsletter.sending import issue_status
from newsletter.models import Issue, main_newsletter
issue = Issue.objects.get(subject="To everybody")
started = time.perf_counter()
with CaptureQueriesContext(connection) as queries:
    issue_status.start(issue)
took = time.perf_counter() - started
with CaptureQueriesContext(connection) as composed:
    composing.draft(main_newsletter())
result = [took, len(queries), issue.deliveries.count(), len(composed)]
"""
SENT = """
from newsletter.models import Delivery
result = Delivery.objects.filter(issue__subject="To everybody", status="sent").count()
"""


def measure(folder: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "tests.newsletter.sink", str(port)]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with publication_at_rest(folder, port) as site:
        elsewhere = Elsewhere(site)
        elsewhere.do(prepare(RECIPIENTS))
        took, queries, rows, composed = elsewhere.do(START)  # type: ignore[misc]
        say("", "recipients", "seconds", "queries")
        say("rows made", f"{rows:,}", f"{took:.2f}", queries)
        say("an issue composed", "", "", composed)
        scheduler = subprocess.Popen(
            [sys.executable, "manage.py", "scheduler"], cwd=ROOT, env=site.environment
        )
        workers = Workers(site.environment, 1)
        try:
            _follow(elsewhere, [workers.processes[0].pid])
        finally:
            workers.stop()
            for process in (scheduler, server):
                process.kill()
                process.wait()
            elsewhere.stop()


def _follow(elsewhere: Elsewhere, pids: list[int]) -> None:
    while elsewhere.do(SENT) == 0:
        time.sleep(0.5)
    begun, cpu, before = time.perf_counter(), cpu_seconds(pids), elsewhere.do(SENT)
    early = megabytes(pids)
    time.sleep(LONGEST)
    sent = elsewhere.do(SENT) - before  # type: ignore[operator]
    seconds = time.perf_counter() - begun
    say("", "newsletters", "a second", "CPU ms", "MB at first", "MB at last")
    each = (cpu_seconds(pids) - cpu) / max(sent, 1) * 1000
    say(
        "handed over by one worker",
        f"{sent:,}",
        f"{sent / seconds:.0f}",
        f"{each:.1f}",
        early,
        megabytes(pids),
    )
