"""Metrics for Prometheus, for whoever has the token; to others there is nothing here."""

import os
import shutil
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from newsletter.models import Delivery
from newsroom.models import Heartbeat
from newsroom.operations import health, jobs
from pagecache import metrics as page_cache
from ticker.polling import provider_status

Gauge = tuple[str, str, list[tuple[str, float]]]  # name, description, labels and values


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    token = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(token, settings.METRICS_TOKEN):
        raise Http404
    text = page_cache.as_text(page_cache.read_all(settings.DATA_DIR / "counts")) + requests()
    disk = shutil.disk_usage(settings.DATA_DIR)
    try:
        found, is_up = of_database(timezone.now()), 1
    except (DatabaseError, InterfaceError):
        found, is_up = "", 0
    gauges: list[Gauge] = [
        ("database_up", "Whether the database answers.", [("", is_up)]),
        ("disk_free_bytes", "Of the disk of DATA_DIR.", [("", disk.free)]),
    ]
    text += as_text(gauges) + found
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def of_database(now: datetime) -> str:
    """Metrics that only the database knows. Raises DatabaseError or InterfaceError while that is away."""
    return provider_status.as_metrics(provider_status.now_of(now), now) + as_text(gauges(now))


def gauges(now: datetime) -> Iterable[Gauge]:
    failed, late = jobs.failed_and_overdue(now)
    yield "jobs_failed", "Jobs that failed for good.", [("", failed)]
    yield "jobs_overdue", "Jobs that wait longer than they should.", [("", late)]
    beats = Heartbeat.objects.values_list("name", "at")
    ages = [(f'{{part="{name}"}}', (now - at).total_seconds()) for name, at in beats]
    yield "last_seen_seconds", "Since the last sign of life of a part, or the last backup.", ages
    waiting = Delivery.objects.filter(status__in=("queued", "sending")).count()
    yield "mails_waiting", "Newsletters that are not handed over yet.", [("", waiting)]
    yield "behind", "How many things /healthz finds behind.", [("", len(health.behind(now)))]


def requests() -> str:
    """Metrics that django-prometheus counted in every web process: requests by view, method and status, and
    how long they took. Cached pages are none: they are hits of the page cache.
    """
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return ""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry).decode()


def forget_requests() -> None:
    """Before web processes start: counts of those that ran before would stay for good."""
    for path in (settings.DATA_DIR / "requests").glob("*.db"):
        path.unlink(missing_ok=True)


def as_text(found: Iterable[Gauge]) -> str:
    lines = []
    for name, description, values in found:
        metric = f"newsroom_{name}"
        lines += [f"# HELP {metric} {description}", f"# TYPE {metric} gauge"]
        lines += [f"{metric}{labels} {value:g}" for labels, value in values]
    return "\n".join(lines) + "\n"
