"""The desk: Django’s admin under our name, with what waits for whom on its front page."""

import logging
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import DataError
from django.http import HttpRequest
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import path

from newsroom import staff_guard
from newsroom.pages import errors, send_again

MENU = (
    "articles",
    "audience",
    "comments",
    "newsletter",
    "ticker",
    "advertising",
    "newsroom",
    "auth",
)
logger = logging.getLogger(__name__)


class Desk(admin.AdminSite):
    site_header = "The desk"
    site_title = "The desk"
    index_title = "To do"
    index_template = "admin/desk.html"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Django’s own lists and forms fail on numbers and keys that nobody typed; that is a bad
        request.

        It is logged with its traceback, because a fault of ours would look the same.
        """
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method == "POST" and not request.user.is_authenticated:
                return send_again.page(request, "You are signed out", sign_in=True)
            if self.has_permission(request) and (refusal := staff_guard.ask_again(request)):
                return refusal
            try:
                response = guarded(request, *args, **kwargs)
                # Templates are filled in later otherwise, out of reach of this guard.
                return (
                    response.render() if isinstance(response, SimpleTemplateResponse) else response
                )
            except (ValueError, OverflowError, DataError, ValidationError):
                logger.exception("bad request on the desk")
                return errors.bad_request(request)

        return answer

    def get_urls(self) -> list[Any]:
        from newsroom.admin import privacy_requests, story_merging

        merge, person = (
            self.admin_view(story_merging.merge_view),
            self.admin_view(privacy_requests.person_view),
        )
        return [
            path("articles/article/<key:pk>/merge/", merge, name="articles_article_merge"),
            path("newsroom/privacyrequest/person/", person, name="newsroom_privacyrequest_person"),
            *super().get_urls(),
        ]

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """In the order of work: what is written first, what runs the place last."""
        found = super().get_app_list(request, app_label)
        return sorted(
            found,
            key=lambda app: MENU.index(app["app_label"]) if app["app_label"] in MENU else len(MENU),
        )

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from newsroom import dashboard

        context = {"today": dashboard.for_person(request.user), **(extra_context or {})}
        return super().index(request, context)
