"""Logs as one JSON object a line, tied together by the id of the request."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("newsroom.requests")
request_id: ContextVar[str] = ContextVar("request_id", default="")


def add_request_id(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor. Drops what Django attaches to its records and JSON cannot hold."""
    for key in ("request", "server_time"):
        event.pop(key, None)
    if current := request_id.get():
        event["request_id"] = current
    return event


# Whoever has the rest of these addresses may act in somebody’s name.
SECRET_AFTER = (
    *("/comments/confirm/", "/comments/mute/", "/newsletter/confirm/", "/newsletter/leave/"),
    *("/newsletter/preferences/", "/newsletter/address/", "/newsletter/back/", "/newsletter/go/"),
    *("/partners/company/join/", "/preview/"),
    *("/accounts/confirm-email/", "/accounts/password/reset/key/"),
)


def loggable(path: str) -> str:
    for prefix in SECRET_AFTER:
        if path.startswith(prefix):
            return f"{prefix}…"
    return path[:200]


class WithoutKeys(logging.Filter):
    """For loggers that name the address of a request: Django’s own."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                loggable(each) if isinstance(each, str) and each.startswith("/") else each
                for each in record.args
            )
        return True


_GIVEN_ID = re.compile(r"[0-9a-f]{16,32}")


class RequestLogMiddleware:
    """Name each request, and log it once without anything personal: no address, no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    @staticmethod
    def id_of(request: HttpRequest) -> str:
        """Return what our own proxy called the request, so that its log and ours can be joined."""
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        if settings.BEHIND_PROXY and _GIVEN_ID.fullmatch(given):
            return str(given)
        return uuid.uuid4().hex[:16]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(self.id_of(request))
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            logger.info(
                "request",
                extra={
                    "method": request.method,
                    "path": loggable(request.path),
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )
            return response
        finally:
            request_id.reset(token)
