"""The page cache’s metrics, and who may read them."""

import pytest

from pagecache import metrics

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


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "a"])
def test_without_it_there_is_nothing(told, settings, token):
    assert told(token).status_code == 404
    settings.METRICS_TOKEN = ""
    assert told(token).status_code == 404


def test_a_dead_process_is_forgotten(tmp_path, noon):
    metrics.write(tmp_path, metrics.CacheCounts())
    assert len(metrics.read_all(tmp_path)) == 1
    import os

    for path in tmp_path.glob("*.json"):
        os.utime(path, (0, 0))
    assert metrics.read_all(tmp_path) == {}
