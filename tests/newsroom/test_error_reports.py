"""What Sentry is told of a failure, and what it never is."""

import json

import brotli

from ..processes import run_program

PROGRAM = """
import newsroom.wsgi
import sentry_sdk
from django.test import RequestFactory
import newsroom.urls
from django.urls import path

def fails(request, key):
    password = "a-secret-in-a-variable"
    raise RuntimeError("It broke.")

newsroom.urls.urlpatterns.insert(0, path("comments/confirm/<slug:key>/", fails))
secrets = {
    "HTTP_COOKIE": "sessionid=a-secret-session",
    "HTTP_USER_AGENT": "a-secret-browser",
    "REMOTE_ADDR": "203.0.113.77",
    "HTTP_HOST": "127.0.0.1",
}
address = "/comments/confirm/a-secret-key/?q=a-secret-question"
request = RequestFactory().post(address, {"comment": "a-secret-comment"}, **secrets)
b"".join(newsroom.wsgi.application(request.environ, lambda status, headers: None))
sentry_sdk.flush(5)
"""


def test_a_failure_is_reported_without_anything_of_the_reader(httpserver, tmp_path):
    httpserver.expect_request("/api/7/envelope/", method="POST").respond_with_json({})
    # DEBUG: without static files that were built.
    address = f"http://key@127.0.0.1:{httpserver.port}/7"
    run_program(PROGRAM, DEBUG="1", DATA_DIR=str(tmp_path), SENTRY_DSN=address)
    sent = [brotli.decompress(request.data).decode() for request, _ in httpserver.log]
    assert len(sent) == 1
    assert "It broke." in sent[0]
    event = json.loads(sent[0].split("\n")[2])
    assert event["request"] == {
        "method": "POST",
        "url": "http://127.0.0.1/comments/confirm/…",
    }
    assert len(event["tags"]["request_id"]) == 16
    assert "a-secret" not in sent[0]
    assert "203.0.113.77" not in sent[0]


def test_without_a_dsn_the_library_is_not_even_loaded(tmp_path):
    program = "import django; django.setup(); import sys; print('sentry_sdk' in sys.modules)"
    assert run_program(program, DEMO="1", DATA_DIR=str(tmp_path)) == "False\n"
