"""What Sentry is told of a failure, and what it never is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import brotli
from django.conf import settings

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
    "QUERY_STRING": "q=a-secret-question",
    "HTTP_COOKIE": "sessionid=a-secret-session",
    "HTTP_USER_AGENT": "a-secret-browser",
    "REMOTE_ADDR": "203.0.113.77",
    "HTTP_HOST": "127.0.0.1",
}
environ = RequestFactory()._base_environ(PATH_INFO="/comments/confirm/a-secret-key/", REQUEST_METHOD="POST", **secrets)
b"".join(newsroom.wsgi.application(environ, lambda status, headers: None))
sentry_sdk.flush(5)
"""


def test_a_failure_is_reported_without_anything_of_the_reader(httpserver, tmp_path):
    httpserver.expect_request("/api/7/envelope/", method="POST").respond_with_json({})
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "newsroom.settings"}
    environment |= {
        "DEBUG": "1",
        "DATA_DIR": str(tmp_path),
    }  # Without static files that were built.
    environment["SENTRY_DSN"] = f"http://key@127.0.0.1:{httpserver.port}/7"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
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


def test_without_a_dsn_the_library_is_not_even_loaded():
    program = "import django; django.setup(); import sys; print('sentry_sdk' in sys.modules)"
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "newsroom.settings"}
    environment |= {"DEMO": "1", "DATA_DIR": str(Path(settings.DATA_DIR))}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
