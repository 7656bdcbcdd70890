"""Requests that no page can answer get a page of ours, never a 500; every answer carries the security
headers.
"""

import logging
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.log import log_response
from django_tasks_db.models import DBTaskResult

from articles.models import Article
from comments.models import Confirmation
from newsletter.models import Subscriber
from newsroom import scheduler
from newsroom.operations import health, jobs
from newsroom.operations.structured_logs import loggable

from ..factories import PublishedArticleFactory, QuoteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def gentle():
    """A client that shows errors as a server would."""
    return Client(raise_request_exception=False)


ADDRESSES = [
    "/",
    "/nothing/",
    "/nothing/at-all/",
    "/no/such/page/at/all/",
    "/policy/%00/",
    "/%FF%FE/",
    "/policy/?before=%00&after=%FF",
    "/?a[]=1&a[]=2&=&&&%%%",
    "/search/?q=%00%FF&section=%00&page=1",
    "/search/?q[]=a",
    "/prices/%00/",
    "/prices/nothing/",
    "/author/nobody/",
    "/tag/nothing/",
    "/about/nothing/",
    "/media/%00",
    "/media/../../etc/passwd",
    "/media/nothing.webp",
    "/comments/tokens/?content_type=%00&object_pk=%00",
    "/comments/tokens/?object_pk=%D9%A3&content_type=articles.article",
    "/comments/confirm/%00/",
    "/comments/mute/%00:%00/",
    "/newsletter/confirm/%00/",
    "/accounts/confirm-email/%00/",
    "/accounts/password/reset/key/%00/",
    "/admin/articles/article/%00/change/",
    "/" + "x" * 5000 + "/",
]


@pytest.mark.parametrize(
    "method", ["get", "head", "post", "put", "delete", "options", "patch", "trace"]
)
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_and_method_is_a_failure_of_ours(gentle, address, method):
    assert getattr(gentle, method)(address).status_code < 500


def test_a_real_article_with_wild_queries(gentle):
    address = PublishedArticleFactory().get_absolute_url()
    for query in (
        "reply_to=%FF",
        "reply_to=-1",
        "reply_to=9" + "9" * 99,
        "reply_to=%D9%A3",
        "x=" + "y" * 9000,
    ):
        assert gentle.get(f"{address}?{query}").status_code == 200


FORMS = [
    "/comments/post/",
    "/comments/preview/",
    "/newsletter/",
    "/accounts/login/",
    "/search/",
    "/admin/login/",
]


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "rot13", "nonsense", "latin-1", "idna"])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_form_in_another_charset_is_a_bad_request(gentle, address, charset, kind):
    response = gentle.generic("POST", address, b"\xff\xfea\x00=\x00b", f"{kind}; charset={charset}")
    assert response.status_code == 400
    assert "makes no sense to us" in response.content.decode()


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xfe\x00&&==%%%", "application/x-www-form-urlencoded"),
        (b"a=" + b"%FF" * 50, "application/x-www-form-urlencoded"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"anything", "multipart/form-data"),
        (b"{", "application/json"),
        (b"&".join(b"a%d=1" % n for n in range(2000)), "application/x-www-form-urlencoded"),
        (b"", ""),
    ],
)
def test_a_broken_body_is_refused_and_nothing_is_stored(gentle, address, content, kind):
    assert gentle.generic("POST", address, content, kind).status_code < 500
    assert not Confirmation.objects.exists()
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("address", FORMS)
def test_ten_megabytes_are_too_large(gentle, address):
    response = gentle.post(
        address, b"a=" + b"x" * 10_000_000, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 413
    assert "too large to send" in response.content.decode()


@pytest.mark.parametrize(
    "address", ["/", "/search/", "/prices/", "/advertise/", "/robots.txt", "/healthz"]
)
def test_a_wrong_method_gets_our_page_and_is_told_what_works(gentle, address):
    response = gentle.post(address)
    assert response.status_code == 405
    assert "GET" in response["Allow"]
    assert "This page cannot do that" in response.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_wrong_method_is_named_as_such_even_without_a_token(method):
    """A browser’s post to a page that only reads gets 405, not “this form has expired”."""
    article = PublishedArticleFactory()
    strict = Client(enforce_csrf_checks=True)
    for address in ("/", article.get_absolute_url(), "/healthz", "/prices/"):
        assert getattr(strict, method)(address).status_code == 405
    assert strict.post("/comments/post/").status_code == 403
    assert strict.post("/accounts/login/").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/comments/confirm/secret-key/",
        "/newsletter/leave/secret-key/",
        "/preview/secret-key/",
        "/partners/company/join/secret-key/",
    ],
)
def test_what_opens_something_is_not_logged(path):
    assert "secret-key" not in loggable(path)
    assert loggable("/policy/") == "/policy/"


def test_a_request_is_called_as_our_own_proxy_calls_it_and_by_nobody_else(client, settings):
    name = "0123456789abcdef0123456789abcdef"
    assert client.get("/livez", HTTP_X_REQUEST_ID=name)["X-Request-ID"] != name
    settings.BEHIND_PROXY = True
    assert client.get("/livez", HTTP_X_REQUEST_ID=name)["X-Request-ID"] == name
    assert client.get("/livez", HTTP_X_REQUEST_ID="a\nb")["X-Request-ID"] != "a\nb"


def test_another_host_is_refused(gentle):
    assert gentle.get("/", HTTP_HOST="evil.example").status_code == 400


@pytest.mark.parametrize(
    "address", ["/", "/nothing/", "/admin/login/", "/healthz", "/accounts/login/"]
)
def test_every_answer_carries_the_security_headers(client, address):
    response = client.get(address)
    policy = response["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["X-Request-ID"]


def test_no_page_needs_what_the_policy_forbids(client):
    """No inline script or style, no event attribute, nothing from elsewhere."""
    QuoteFactory(week=[str(n) for n in range(1, 169)])
    for address in (
        "/",
        PublishedArticleFactory().get_absolute_url(),
        "/prices/bitcoin/",
        "/advertise/",
        "/nothing/",
    ):
        page = client.get(address).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page
        for source in ('src="http', 'href="http://fonts', 'srcset="http'):
            assert source not in page


def test_the_page_for_failures_needs_no_database(client, django_db_blocker, monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr("articles.reading.front_page.compose", fail)
    gentle = Client(raise_request_exception=False)
    response = gentle.get("/")
    assert response.status_code == 500
    assert "Our side of the ledger has failed" in response.content.decode()


def test_health(client):
    assert client.get("/livez").content == b"ok\n"
    health = client.get("/healthz")
    assert health.status_code == 503
    assert "The scheduler never started." in health.json()["reasons"]


def test_jobs_that_failed_or_wait_too_long_are_behind(noon, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    for _ in range(3):
        scheduler.worker_heartbeat.enqueue()
    failed = DBTaskResult.objects.first()
    failed.set_failed(OSError("away"))
    assert health.troubled_jobs(timezone.now()) == ["1 job failed: see Jobs on the desk."]
    noon.shift(jobs.LATE_AFTER.total_seconds() + 1)
    assert "2 jobs wait longer than they should." in health.troubled_jobs(timezone.now())


def test_a_disk_that_is_nearly_full_is_behind(monkeypatch):
    assert health.troubled_disk() == []
    full = SimpleNamespace(total=100_000_000_000, used=99_900_000_000, free=100_000_000)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: full)
    assert health.troubled_disk() == ["The disk of DATA_DIR is nearly full: 100 MB are left."]


@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("closed")])
def test_without_the_database_a_page_is_a_short_503_that_may_be_asked_again(monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("articles.reading.front_page.compose", fail)
    response = Client(raise_request_exception=False).get("/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Back in a moment" in response.content.decode()


def test_an_unknown_page_suggests_others(client):
    article = PublishedArticleFactory()
    page = client.get("/nothing/").content.decode()
    assert "not in the ledger" in page
    assert article.title in page
    assert Article.objects.count() == 1


def test_a_failure_names_no_key_in_any_log(client, caplog, monkeypatch):
    """Django logs the address of what fails as well: through our filter."""
    logger = logging.getLogger("django.request")
    monkeypatch.setattr(logger, "propagate", True)
    log_response("%s: %s", "Failed", "/preview/Kq7-secret/", response=HttpResponse(status=500))
    assert [record.getMessage() for record in caplog.records] == ["Failed: /preview/…"]


def test_a_probe_for_files_is_refused_without_a_traceback(client):
    assert client.get("/media/../../etc/passwd").status_code == 400
    probes = logging.getLogger("django.security.SuspiciousFileOperation")
    assert not probes.isEnabledFor(logging.ERROR)
