"""The buttons that change a story’s status, and what the desk is told of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from articles.admin.story_form import parse_moment
from articles.models import Article
from articles.publishing import workflow


class TransitionsMixin(admin.ModelAdmin[Any]):
    """Adds to the desk’s form of a story: one button, one transition."""

    def get_urls(self) -> list[Any]:
        status = self.admin_site.admin_view(require_POST(self.change_status))
        return [
            path("<key:pk>/status/", status, name="articles_article_status"),
            *super().get_urls(),
        ]

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        """“Save and publish” saves the form first, so that what is published is what was on the
        screen.
        """
        if "_publish" in request.POST:
            self.run(request, obj, "publish")
            return redirect("admin:articles_article_change", obj.pk)
        return super().response_change(request, obj)

    def change_status(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The permission is checked here and again where the status is written."""
        article = get_object_or_404(Article, pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        self.run(request, article, request.POST.get("to", ""))
        return redirect("admin:articles_article_change", article.pk)

    def run(self, request: HttpRequest, article: Article, action: str) -> bool:
        """Carry out one transition and say what came of it. True when it is done."""
        transitions: dict[str, Callable[..., Any]] = {
            "review": workflow.submit,
            "draft": workflow.return_to_draft,
            "publish": workflow.publish,
            "withdraw": workflow.withdraw,
            "call_off": workflow.call_off_revision,
        }
        if action not in transitions:
            messages.error(request, "Choose what should happen to the story.")
            return False
        arguments: dict[str, Any] = {}
        if action == "publish" and request.POST.get("publish_at"):
            at = parse_moment(request.POST["publish_at"])
            if at is None:
                messages.error(
                    request, "The time to publish at could not be read. Nothing was changed."
                )
                return False
            if at <= timezone.now():
                messages.error(
                    request,
                    "That time is past. Leave it empty to publish now. Nothing was changed.",
                )
                return False
            arguments["at"] = at
        try:
            done = transitions[action](article, request.user, **arguments)
        except PermissionDenied as error:
            messages.error(request, str(error))
        except ValidationError as error:
            for line in sentences(error):
                messages.error(request, line)
        else:
            self.tell(request, article, done)
            return True
        return False

    def tell(self, request: HttpRequest, article: Article, done: Any) -> None:
        if not isinstance(done, Article):
            messages.success(
                request,
                "The scheduled update was cancelled." if done else "No update was scheduled.",
            )
            return
        self.log_change(request, done, f"Status: {done.get_status_display()}")
        messages.success(request, outcome(done))


def sentences(error: ValidationError) -> list[str]:
    if hasattr(error, "message_dict"):
        return [
            f"{label(field)}: {text}"
            for field, texts in error.message_dict.items()
            for text in texts
        ]
    return list(error.messages)


def label(field: str) -> str:
    """Return the form’s label of a field."""
    return str(getattr(Article._meta.get_field(field), "verbose_name", field)).capitalize()


def outcome(article: Article) -> str:
    if article.status_in_words == "Scheduled":
        return f"Scheduled for {article.published_at:%d %B %Y, %H:%M} UTC."
    return f"The story is now {article.get_status_display().lower()}."
