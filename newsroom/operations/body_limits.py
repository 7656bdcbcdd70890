"""Requests that no page of ours can answer are refused before anything reads them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from newsroom.pages import errors


class RequestLimitsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if holds_null(request) or not speaks_utf8(request):
            return errors.bad_request(request)
        if body_length(request) > largest_body(request):
            return errors.too_large(request)
        return self.get_response(request)


def holds_null(request: HttpRequest) -> bool:
    """No address of ours holds a null byte, and PostgreSQL fails on one."""
    return "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")


def speaks_utf8(request: HttpRequest) -> bool:
    """Django decodes forms with whatever charset the request names, and fails on some."""
    charset = request.content_params.get("charset") if request.content_params else None
    return charset is None or charset.strip("\"' ").lower() in ("utf-8", "utf8")


def body_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def largest_body(request: HttpRequest) -> int:
    if request.content_type == "multipart/form-data" and request.path.startswith(
        settings.UPLOAD_PATHS
    ):
        return settings.LARGEST_UPLOAD
    is_desk = request.path.startswith(reverse("admin:index"))
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE if is_desk else settings.LARGEST_BODY
