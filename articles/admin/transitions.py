"""The buttons that change a story’s status, and what the desk is told of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from articles.admin.typed import parse_moment
from articles.models import Article
from articles.publishing import workflow
from core.clock import local_time

LONGEST_NOTE = 300  # characters

# Of the bar under the form: each saves, and then does this.
BUTTONS = {
    "_publish": "publish",
    "_schedule": "schedule",
    "_redate": "redate",
    "_review": "review",
    "_draft": "draft",
    "_withdraw": "withdraw",
}


class TransitionsMixin(admin.ModelAdmin[Any]):
    """Adds to the desk’s form of a story: one button, one transition."""

    def get_urls(self) -> list[Any]:
        status = self.admin_site.admin_view(require_POST(self.change_status))
        return [
            path("<key:pk>/status/", status, name="articles_article_status"),
            *super().get_urls(),
        ]

    def response_add(
        self, request: HttpRequest, obj: Article, post_url_continue: Any = None
    ) -> HttpResponse:
        return self._after_saving(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        return self._after_saving(request, obj) or super().response_change(request, obj)

    def _after_saving(self, request: HttpRequest, article: Article) -> HttpResponse | None:
        """Each button of the bar has saved the form first: what happens, happens to what was on the
        screen.
        """
        action = next((BUTTONS[name] for name in BUTTONS if name in request.POST), None)
        if action is None:
            return None
        if not self.run(request, article, action):
            messages.info(request, "What you typed is saved.")
        return redirect("admin:articles_article_change", article.pk)

    def change_status(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The permission is checked here and again where the status is written."""
        article = get_object_or_404(Article, pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        self.run(request, article, request.POST.get("to", ""))
        return redirect("admin:articles_article_change", article.pk)

    def run(
        self, request: HttpRequest, article: Article, action: str, *, names: bool = False
    ) -> bool:
        """Carry out one transition and say what came of it, with `names` of which story. True when it
        is done.
        """
        transitions: dict[str, Callable[..., Any]] = {
            "review": workflow.submit,
            "draft": workflow.return_to_draft,
            "publish": workflow.publish,
            "withdraw": workflow.withdraw,
            "schedule": workflow.publish,
            "redate": workflow.publish,
            "call_off": workflow.call_off_revision,
        }
        if action not in transitions:
            messages.error(request, "Choose what should happen to the story.")
            return False
        try:
            arguments: dict[str, Any] = {**chosen_time(action, article, request.POST)}
            if action == "draft":
                arguments["note"] = typed_note(request.POST)
            done = transitions[action](article, request.user, **arguments)
        except PermissionDenied as error:
            messages.error(request, str(error))
        except ValidationError as error:
            for line in sentences(error):
                messages.error(request, f"“{article.title}”. {line}" if names else line)
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


def chosen_time(action: str, article: Article, post: QueryDict) -> dict[str, datetime]:
    """Return the time to publish at, as the arguments of `publish`. Raises ValidationError with a
    sentence where there is none, or where it would take a story from its readers.
    """
    if action == "publish" and "keep_date" in post and article.published_at:
        return {"at": article.published_at}
    typed = post.get("publish_at", "") if action in ("schedule", "redate") else ""
    if action == "publish" and "to" in post:
        typed = post.get("publish_at", "")  # A button of its own, without the form.
    if not typed:
        if action in ("schedule", "redate"):
            raise ValidationError("Choose a time first. The story was not published.")
        return {}
    at = parse_moment(typed)
    if at is None:
        raise ValidationError("The time to publish at could not be read. Nothing was changed.")
    if article.is_public and at > timezone.now():
        raise ValidationError(
            "This story is published: a time in the future would take it from its readers. "
            "Unpublish it first, or schedule an update."
        )
    return {"at": at}


def typed_note(post: QueryDict) -> str:
    """Return what is missing, in one line. Raises ValidationError."""
    note = " ".join(post.get("note", "").split())
    if len(note) > LONGEST_NOTE:
        raise ValidationError(f"The note has {len(note)} characters; {LONGEST_NOTE} fit.")
    return note


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
    if article.status == Article.Status.PUBLISHED and article.published_at:
        age = timezone.now() - article.published_at
        if age > workflow.NEW_FOR:
            return f"The story is published, with the date {local_time(article.published_at, '%d %B %Y, %H:%M')}."
    if article.status_in_words == "Scheduled":
        return f"Scheduled for {local_time(article.published_at, '%d %B %Y, %H:%M')}."
    return f"The story is now {article.get_status_display().lower()}."
