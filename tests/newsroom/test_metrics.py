"""The page cache’s metrics, and who may read them."""

import json
import os
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import InterfaceError
from django.utils import timezone

from newsroom.models import Heartbeat
from newsroom.operations import metrics as operations
from pagecache import metrics
from pagecache.asgi import needs_no_database

from ..processes import run_program

EXCEPTIONS = "django_http_exceptions_total_by_type_total"
pytestmark = pytest.mark.django_db


@pytest.fixture
def told(settings, tmp_path, client):
    settings.DATA_DIR = tmp_path
    settings.METRICS_TOKEN = "a-long-token"
    metrics.write(tmp_path / "counts", metrics.CacheCounts(hits=7, bytes=123))
    return lambda token: client.get("/metrics", headers={"Authorization": token})


def test_with_the_token_the_counts_are_told(told):
    answer = told("Bearer a-long-token")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "# TYPE newsroom_page_cache_hits_total counter" in text
    assert "} 7\n" in text
    assert "# TYPE newsroom_page_cache_bytes gauge" in text
    assert "no-store" in answer["Cache-Control"]


def test_what_is_behind_is_told_too(told, noon):
    Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(seconds=90))
    lines = told("Bearer a-long-token").content.decode().splitlines()
    assert 'newsroom_last_seen_seconds{part="worker"} 90' in lines
    assert "newsroom_jobs_failed 0" in lines
    assert "newsroom_mails_waiting 0" in lines
    assert (
        next(line for line in lines if line.startswith("newsroom_behind ")) != "newsroom_behind 0"
    )


def test_every_alert_asks_for_what_is_told(told):
    """An alert on a metric that is called otherwise never fires."""
    rules = (settings.BASE_DIR / "deploy/prometheus/alerts.yml").read_text()
    Heartbeat.objects.create(name="worker", at=timezone.now())
    said = told("Bearer a-long-token").content.decode()
    asked = set(re.findall(r"newsroom_\w+", rules))
    assert len(asked) >= 4
    assert [name for name in asked if f"# TYPE {name} " not in said] == []


def test_requests_are_counted_by_status_and_latency_in_all_web_processes(tmp_path):
    """Two processes, one after another, add up; the dashboard asks for nothing that is not told."""
    first, second = counted(tmp_path, 2), counted(tmp_path, 3)
    assert 'django_http_responses_total_by_status_total{status="200"} 2.0' in first
    assert 'django_http_responses_total_by_status_total{status="200"} 5.0' in second
    dashboard = json.loads((settings.BASE_DIR / "deploy/prometheus/dashboard.json").read_text())
    asked = " ".join(target["expr"] for each in dashboard["panels"] for target in each["targets"])
    names = set(re.findall(r"django_http_\w+", asked))
    assert len(names) == 4
    # Nothing failed here, so its metric is not told yet.
    assert [name for name in names - {EXCEPTIONS} if f"{name}{{" not in second] == []


def test_the_dashboard_asks_for_what_is_told(told):
    dashboard = (settings.BASE_DIR / "deploy/prometheus/dashboard.json").read_text()
    Heartbeat.objects.create(name="worker", at=timezone.now())
    said = told("Bearer a-long-token").content.decode()
    asked = set(re.findall(r"newsroom_\w+", dashboard))
    assert len(asked) > 8
    assert [name for name in asked if f"# TYPE {name} " not in said] == []


def counted(folder, requests: int) -> str:
    """What a web process tells after so many requests for what is not there."""
    program = f"""
import django; django.setup()
from django.test import Client
from django.db.backends.base.base import BaseDatabaseWrapper
BaseDatabaseWrapper.ensure_connection = lambda self: 1 / 0  # No page here may need one.
browser = Client(raise_request_exception=False)
for number in range({requests}):
    browser.get("/livez", headers={{"host": "127.0.0.1"}})
from newsroom.operations import metrics
print(metrics.requests())
"""
    return run_program(program, DEMO="1", DATA_DIR=str(folder), METRICS_TOKEN="t")


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "a"])
def test_without_it_there_is_nothing(told, settings, token):
    assert told(token).status_code == 404
    settings.METRICS_TOKEN = ""
    assert told(token).status_code == 404


def test_a_dead_process_is_forgotten(tmp_path, noon):
    metrics.write(tmp_path, metrics.CacheCounts())
    assert len(metrics.read_all(tmp_path)) == 1

    for path in tmp_path.glob("*.json"):
        os.utime(path, (0, 0))
    assert metrics.read_all(tmp_path) == {}


def test_while_the_database_is_away_the_rest_is_told(told, monkeypatch):
    def is_away(*args):
        raise InterfaceError("connection already closed")

    assert "newsroom_database_up 1" in told("Bearer a-long-token").content.decode()
    monkeypatch.setattr(operations, "of_database", is_away)
    answer = told("Bearer a-long-token")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "newsroom_database_up 0" in text
    assert "newsroom_page_cache_hits_total" in text
    assert "newsroom_disk_free_bytes" in text
    assert needs_no_database("/metrics")
