"""Every refusal has a page of ours: plain words, the right status, nothing of the request
repeated.
"""

import sys
from collections.abc import Callable
from copy import copy

from django.db import InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import is_valid_path, resolve, reverse

from articles.discovery import redirects
from core.media import StorageAway
from newsroom.pages import send_again

RETRY_AFTER = 5  # seconds
FAILURE = {"is_failure": True}  # It is counted as no page.
MISSING = {**FAILURE, "is_missing": True}  # Readers that meet it are counted.
WORDS = {
    400: (
        "This request makes no sense to us",
        "Something in the address or the form could not be read.",
    ),
    403: (
        "You may not open this page",
        "Sign in with an account that may, or start from the front page.",
    ),
    405: ("This page cannot do that", "It can be read, but nothing can be sent to it."),
    413: ("That is too large to send", "Send less text, or a smaller picture, and try again."),
}


def error_page(request: HttpRequest, status: int) -> HttpResponse:
    title, advice = WORDS[status]
    context = {**FAILURE, "status": status, "title": title, "advice": advice}
    return render(request, "errors/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403)


def too_large(request: HttpRequest) -> HttpResponse:
    return error_page(request, 413)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Find what has moved by its old address; say so of what is gone."""
    destination = redirects.destination(request.path)
    if destination:
        return HttpResponsePermanentRedirect(destination)
    if destination == "":
        return render(request, "errors/410.html", FAILURE, status=410)
    if _lacks_its_slash(request.path_info):
        # As Django does it, but before a page is made that nobody sees.
        return HttpResponsePermanentRedirect(request.get_full_path(force_append_slash=True))
    return render(request, "errors/404.html", MISSING, status=404)


def _lacks_its_slash(path: str) -> bool:
    is_there = path.endswith("/") or is_valid_path(path)
    return not is_there and bool(is_valid_path(f"{path}/"))


def server_error(request: HttpRequest) -> HttpResponse:
    """These pages need no database, because that may be what failed. Then it is worth another try."""
    if isinstance(sys.exception(), (OperationalError, InterfaceError, StorageAway)):
        page = HttpResponse(render_to_string("errors/503.html"), status=503)
        page["Retry-After"] = str(RETRY_AFTER)
        return page
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form has expired, or, where nothing can be sent at all, that the page only
    reads.
    """
    if not accepts(request, request.method or ""):
        return wrong_method(request, "GET, HEAD")
    if send_again.is_desk_form(request) and request.path != reverse("admin:login"):
        return send_again.page(request, "This form has expired", sign_in=False)
    title = "This form has expired"
    advice = "Go back, load the page again and send the form once more. Your words are still there."
    context = {"status": 403, "title": title, "advice": advice}
    return render(request, "errors/error.html", context, status=403)


def accepts(request: HttpRequest, method: str) -> bool:
    """Return whether the page takes `method`: asked of the page itself, by a method that none of
    ours acts on.
    """
    question = copy(request)
    question.method = "OPTIONS"
    view, args, kwargs = resolve(request.path_info)
    answer = view(question, *args, **kwargs)
    return method in answer.get("Allow", method).split(", ")


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    page = error_page(request, 405)
    page["Allow"] = allowed
    return page


class ErrorPagesMiddleware:
    """Django answers a wrong method with an empty page; this puts ours in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        return wrong_method(request, response["Allow"])
