"""Work that is ahead: whose a story is, for which day, notes to colleagues, templates, the trash."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from articles.models import Article
from articles.publishing import duplicating, notes, trash
from core.people import name_of, signed_in, staff

MOST_TEMPLATES = 20


class PlanningMixin(admin.ModelAdmin[Any]):
    """Adds to the desk’s form of a story: what colleagues need to know of it."""

    def get_urls(self) -> list[Any]:
        def view(handler: Any) -> Any:
            return self.admin_site.admin_view(require_POST(handler))

        return [
            path("<key:pk>/restore/", view(self.take_out), name="articles_article_take_out"),
            path("<key:pk>/begin/", view(self.begin), name="articles_article_begin"),
            *super().get_urls(),
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "assignee" and field is not None:
            field.queryset = staff()
            field.label_from_instance = name_of  # type: ignore[method-assign,assignment]
        return field

    @admin.display(description="notes so far")
    def notes_so_far(self, article: Article) -> str:
        found = article.notes.select_related("by") if article.pk else ()
        lines = (
            (
                name_of(note.by) if note.by else "Somebody",
                f"{timezone.localtime(note.at):%d %b, %H:%M}",
                note.text,
            )
            for note in found
        )
        written = format_html_join("", "<p><b>{}</b> {}<br>{}</p>", lines)
        return written or "None yet. Readers never see them."

    # --- Templates and copies -----------------------------------------------------------

    def templates(self) -> list[Article]:
        found = Article.objects.filter(is_template=True, trashed_at=None)
        return list(found.only("title").order_by("title")[:MOST_TEMPLATES])

    def begin(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new story, from a template."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        template = get_object_or_404(Article, pk=pk, is_template=True)
        return self._copied(request, template)

    def _copied(self, request: HttpRequest, article: Article) -> HttpResponse:
        try:
            copy = duplicating.duplicate(article, signed_in(request))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("admin:articles_article_change", article.pk)
        self.log_addition(request, copy, f"Made from “{article.title}”.")
        messages.success(request, f"This is a copy of “{article.title}”. It is a draft.")
        return redirect("admin:articles_article_change", copy.pk)

    # --- The trash ------------------------------------------------------------------------

    def _trashed(self, request: HttpRequest, article: Article) -> HttpResponse:
        try:
            trash.put_in(article)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("admin:articles_article_change", article.pk)
        self.log_change(request, article, "Put into the trash.")
        undo = reverse("admin:articles_article_change", args=[article.pk])
        text = '“{}” is in the trash, and is deleted in {} days. <a href="{}">Open it to restore it</a>.'
        messages.success(request, format_html(text, article.title, trash.KEPT_FOR.days, undo))
        return redirect("admin:articles_article_changelist")

    def take_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        article = get_object_or_404(Article, pk=pk)
        if not self.may_write(request, article):
            raise PermissionDenied
        if trash.take_out(article):
            self.log_change(request, article, "Taken out of the trash.")
            messages.success(request, f"“{article.title}” is a draft again.")
        return redirect("admin:articles_article_change", article.pk)

    def may_write(self, request: HttpRequest, article: Article | None = None) -> bool:
        """Return whether this person might change it, were it not in the trash."""
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return self.may_write(request, obj) and (obj is None or obj.trashed_at is None)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        """Both have saved the form first."""
        if "_duplicate" in request.POST:
            return self._copied(request, obj)
        if "_trash" in request.POST:
            return self._trashed(request, obj)
        return super().response_change(request, obj)

    @admin.action(description="Move to the trash…", permissions=["change"])
    def trash_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Asks, as every action on many does."""
        if "confirmed" not in request.POST:
            return self._ask(request, queryset, "trash_chosen", "Move these drafts to the trash?")  # type: ignore[attr-defined,no-any-return]
        moved = 0
        for article in self._allowed(request, queryset):  # type: ignore[attr-defined]
            try:
                moved += trash.put_in(article)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                self.log_change(request, article, "Put into the trash.")
        number = f"{moved} {'story is' if moved == 1 else 'stories are'}"
        text = f"{number} in the trash. Filter by “In the trash” to restore them."
        messages.success(request, text)
        return None

    # --- Notes ----------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.assignee_id != form.initial.get("assignee"):
            notes.tell_assignee(obj, signed_in(request))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.add_note(request, form.instance, form)

    def add_note(self, request: HttpRequest, article: Article, form: Any) -> None:
        if text := form.cleaned_data.get("new_note", ""):
            notes.add(article, signed_in(request), text)
