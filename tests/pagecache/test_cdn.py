"""Purging the caches in front: what was changed is said to them in their words, once it is
committed.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_httpserver import HTTPServer

from pagecache import invalidation
from pagecache.cdn import purging
from pagecache.cdn.cache_control import cache_control

from ..factories import PublishedArticleFactory

pytestmark = pytest.mark.django_db
KEYS = ["article:1", "stories"]


@pytest.fixture
def set_up(settings, httpserver: HTTPServer):
    def configure(name: str) -> HTTPServer:
        settings.CDN, settings.CDN_SITE, settings.CDN_TOKEN = name, "site1", "token1"
        settings.CDN_URL = httpserver.url_for("").rstrip("/")
        return httpserver

    return configure


def test_fastly_is_told_the_keys(set_up):
    server = set_up("fastly")
    server.expect_oneshot_request(
        "/service/site1/purge",
        "POST",
        headers={"Fastly-Key": "token1"},
        json={"surrogate_keys": ["article:1", "stories"]},
    ).respond_with_json({"status": "ok"})
    invalidation.invalidate("stories", "article:1")
    server.check_assertions()
    assert len(server.log) == 1


def test_cloudflare_is_told_the_tags_a_hundred_at_a_time(set_up):
    server = set_up("cloudflare")
    server.expect_request(
        "/zones/site1/purge_cache", "POST", headers={"Authorization": "Bearer token1"}
    ).respond_with_json({"success": True})
    invalidation.invalidate(*(f"article:{number}" for number in range(150)))
    assert [len(request.json["tags"]) for request, _ in server.log] == [100, 50]


@pytest.mark.parametrize("name", ["fastly", "cloudflare"])
def test_one_that_does_not_take_it_is_tried_again_in_seconds(set_up, settings, name, noon):
    server = set_up(name)
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    server.expect_request("/service/site1/purge").respond_with_data("no", status=503)
    server.expect_request("/zones/site1/purge_cache").respond_with_json({"success": False})
    waits = []
    for tries in range(purging.MOST_TRIES - 1):
        purging.purge_cdn.func(["article:1"], tries)
        again = DBTaskResult.objects.latest("run_after")
        assert again.args_kwargs["args"] == [["article:1"], tries + 1]
        waits.append((again.run_after - timezone.now()).total_seconds())
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512]
    # From then on it stands among the jobs that failed, where the desk's health and the clock find
    # it.
    with pytest.raises(purging.Unreachable):
        purging.purge_cdn.func(["article:1"], purging.MOST_TRIES - 1)


def test_what_is_rolled_back_is_not_said(set_up, settings):
    set_up("fastly")
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    with transaction.atomic():
        invalidation.invalidate("article:1")
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()
    invalidation.invalidate("article:1")
    # Once at once; once more when every process of ours has dropped the page, and none can give the
    # old one back.
    at_once, later = DBTaskResult.objects.order_by("run_after")
    assert (at_once.args_kwargs, later.args_kwargs) == (at_once.args_kwargs,) * 2
    assert later.run_after > timezone.now() + timedelta(seconds=1)


def test_a_cache_that_we_purge_may_keep_pages_for_long(set_up, client, noon):
    article = PublishedArticleFactory()
    assert "s-maxage=1," in cache_control(200, *lifetime(600))
    set_up("fastly")
    assert (
        "s-maxage=600, stale-while-revalidate=42600,"
        in client.get(article.get_absolute_url())["Cache-Control"]
    )
    assert "s-maxage=60, stale-while-revalidate=0," in client.get("/nothing/")["Cache-Control"]


def lifetime(seconds: int):
    return timezone.now() + timedelta(seconds=seconds), timezone.now() + timedelta(hours=1)


def test_what_goes_by_the_page_cache_is_kept_by_nginx_for_no_longer(set_up, client, settings, noon):
    """With a CDN, or without our own cache: nginx would keep it for as long as the CDN
    may.
    """
    address = PublishedArticleFactory().get_absolute_url()
    set_up("fastly")
    assert "X-Accel-Expires" not in client.get(address)
    settings.BEHIND_PROXY = True
    answer = client.get(address)
    assert "s-maxage=600," in answer["Cache-Control"]
    assert answer["X-Accel-Expires"] == f"@{int(timezone.now().timestamp())}"
    assert "X-Accel-Expires" not in client.get("/accounts/login/")
