"""The desk’s pages for stories."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from js_asset.media import Media

from articles import bylines, images, publishing, search, search_index
from articles.long_lists import LongListAdmin
from articles.models import Article, ArticleCoin, Author, Byline, Image, Section, StatusChange, Tag
from ticker.read_only_admin import ReadOnlyAdmin as ReadOnlyAdmin

# What the editor adds to the page’s style: the one inline style that the strict policy lets pass, by its digest.
# A new version of the editor may change it; then the journey of the editor fails on the browser’s complaint.
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"


MOST_FOUND = 200  # by a search on the desk


class BodyEditorMixin:
    """Lets the rich editor work under the strict policy: its import map passes by a nonce, its style by a digest."""

    @method_decorator(csp_update({"style-src": [EDITOR_STYLE]}))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(request, *args, **kwargs)  # type: ignore[misc]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["media"] = Media.from_media(context["media"], nonce=str(request.csp_nonce))  # type: ignore[attr-defined]
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


class BylineInline(admin.TabularInline[Byline, Article]):
    model = Byline
    extra = 1
    autocomplete_fields = ("author",)


class ArticleCoinInline(admin.TabularInline[ArticleCoin, Article]):
    model = ArticleCoin
    extra = 1
    verbose_name = "coin"
    verbose_name_plural = "coins it is about"
    readonly_fields = ("price_at_publication",)


class WhenFilter(admin.SimpleListFilter):
    title = "time"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("scheduled", "Scheduled"), ("out", "Out")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "scheduled":
            return queryset.scheduled()
        if self.value() == "out":
            return queryset.published()
        return queryset


@admin.register(Article)
class ArticleAdmin(BodyEditorMixin, LongListAdmin):
    change_form_template = "admin/article_form.html"
    list_display = ("title", "state", "section", "byline", "published_at", "comment_count")
    list_filter = ("status", WhenFilter, "kind", "section")
    list_per_page = 50
    sortable_by = ("published_at",)
    search_fields = ("title",)  # The box is shown; what it finds comes from the index.
    search_help_text = f"Words of the headline or the text; the newest {MOST_FOUND} are shown."
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("hero", "tags")
    readonly_fields = ("state", "published_at", "history_of_status")
    inlines = (BylineInline, ArticleCoinInline)
    fieldsets = (
        (None, {"fields": ("state", "title", "slug", "standfirst", "kind", "section", "body")}),
        ("Picture", {"fields": ("hero",)}),
        ("Subjects", {"fields": ("tags",)}),
        ("Paid work", {"fields": ("paid_by", "disclosure"), "classes": ("collapse",)}),
        ("Conversation and dates", {"fields": ("comments_open", "published_at", "updated_at")}),
        ("Who changed what", {"fields": ("history_of_status",)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Sections are asked for apart: joined, they lead SQLite to sort the whole archive."""
        return super().get_queryset(request).prefetch_related("section")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        words = tuple(search.words(search_term))
        if not words:
            return queryset, False
        wanted = search_index.Wanted(words, published=False)
        found = search_index.newest(wanted, MOST_FOUND) or search_index.newest(replace(wanted, begins=True), MOST_FOUND)
        return queryset.filter(pk__in=found), False

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "standfirst":
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="status", ordering="status")
    def state(self, article: Article) -> str:
        return article.status_in_words

    @admin.display(description="status changes")
    def history_of_status(self, article: Article) -> str:
        changes = article.status_changes.select_related("by")[:10] if article.pk else []
        lines = [
            f"{change.at:%d %b %Y, %H:%M} UTC: {change} ({change.by or 'a command'}) {change.note}".rstrip()
            for change in changes
        ]
        return format_html("{}", "\n".join(lines) or "None yet.")

    def view_on_site(self, obj: Article) -> str | None:  # type: ignore[override]
        return obj.get_absolute_url() if Article.objects.published().filter(pk=obj.pk).exists() else None

    def get_urls(self) -> list[Any]:
        status = self.admin_site.admin_view(require_POST(self.change_status))
        return [path("<int:pk>/status/", status, name="articles_article_status"), *super().get_urls()]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        bylines.refresh(form.instance)

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """What is out may only be changed by those who may publish."""
        allowed = super().has_change_permission(request, obj)
        if obj is not None and hasattr(obj, "placement"):
            return False  # The approved copy is pinned: it changes through its placement, after a review.
        if not allowed or obj is None or obj.status in ("draft", "in_review"):
            return allowed
        return request.user.has_perm("articles.publish_article")

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """What was ever out is withdrawn, not deleted: links, comments and receipts point to it."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or (obj.status == "draft" and obj.published_at is None and not hasattr(obj, "placement"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"may_publish": request.user.has_perm("articles.publish_article"), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        """“Save and publish” saves the form first, so that what is published is what was on the screen."""
        if "_publish" in request.POST:
            self.run(request, obj, "publish")
            return redirect("admin:articles_article_change", obj.pk)
        return super().response_change(request, obj)

    def change_status(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One button, one transition. The permission is checked here and again where the status is written."""
        article = get_object_or_404(Article, pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        self.run(request, article, request.POST.get("to", ""))
        return redirect("admin:articles_article_change", article.pk)

    def run(self, request: HttpRequest, article: Article, action: str) -> None:
        """Carry out one transition and say what came of it."""
        transitions: dict[str, Callable[..., Article]] = {
            "review": publishing.submit,
            "draft": publishing.return_to_draft,
            "publish": publishing.publish,
            "withdraw": publishing.withdraw,
        }
        if action not in transitions:
            messages.error(request, "Choose what should happen to the story.")
            return
        arguments: dict[str, Any] = {}
        if action == "publish" and request.POST.get("publish_at"):
            at = parse_moment(request.POST["publish_at"])
            if at is None:
                messages.error(request, "The time to publish at could not be read. Nothing was changed.")
                return
            arguments["at"] = at
        try:
            done = transitions[action](article, request.user, **arguments)
        except PermissionDenied as error:
            messages.error(request, str(error))
        except ValidationError as error:
            for line in sentences(error):
                messages.error(request, line)
        else:
            self.log_change(request, done, f"Status: {done.get_status_display()}")
            messages.success(request, outcome(done))


def parse_moment(text: str) -> Any:
    """A time as the form’s field writes it, in UTC, or None."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or not 2000 <= moment.year <= 2100:
        return None
    return timezone.make_aware(moment, timezone.get_default_timezone()) if timezone.is_naive(moment) else moment


def sentences(error: ValidationError) -> list[str]:
    if hasattr(error, "message_dict"):
        return [f"{label(field)}: {text}" for field, texts in error.message_dict.items() for text in texts]
    return list(error.messages)


def label(field: str) -> str:
    """What the form calls a field."""
    return str(getattr(Article._meta.get_field(field), "verbose_name", field)).capitalize()


def outcome(article: Article) -> str:
    if article.status_in_words == "Scheduled":
        return f"Scheduled for {article.published_at:%d %B %Y, %H:%M} UTC."
    return f"The story is now {article.get_status_display().lower()}."


@admin.register(Image)
class ImageAdmin(admin.ModelAdmin[Image]):
    list_display = ("preview", "alt", "credit", "uploaded_at")
    search_fields = ("alt", "caption", "credit")
    readonly_fields = ("preview",)
    fields = ("file", "preview", "alt", "caption", "credit")

    @admin.display(description="picture")
    def preview(self, image: Image) -> str:
        if not image.file:
            return "–"
        return format_html(
            '<img src="{}" alt="" width="120" height="75" class="thumb">', images.url_at_width(image, 400)
        )

    def save_model(self, request: HttpRequest, obj: Image, form: Any, change: bool) -> None:
        if "file" in form.changed_data:
            obj.renditions = {}
        super().save_model(request, obj, form, change)
        if not obj.renditions:
            images.render_later(obj)


@admin.register(Section)
class SectionAdmin(admin.ModelAdmin[Section]):
    list_display = ("name", "slug", "position", "is_opinion")
    list_editable = ("position",)
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin[Author]):
    list_display = ("name", "role", "email")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("portrait", "user")

    def save_model(self, request: HttpRequest, obj: Author, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "name" in form.changed_data:
            for article in Article.objects.filter(authors=obj).only("pk"):
                bylines.refresh(article)


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    """The log is read here and written by transitions only."""

    list_display = ("at", "article", "old_status", "new_status", "by")
    list_select_related = ("article", "by")
