"""The desk’s form of a story, and who may open it; its list is in story_list.py."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from js_asset import Script

from articles.admin import concurrent_edits, typed
from articles.admin.autosaving import DraftingMixin
from articles.admin.calendar import CalendarMixin
from articles.admin.editor import BodyEditorMixin
from articles.admin.image_picker import PictureFieldsMixin
from articles.admin.lean_forms import LabellingMixin
from articles.admin.pinning import PinningMixin
from articles.admin.planning import PlanningMixin
from articles.admin.story_actions import StoryActionsMixin
from articles.admin.story_form import PLANNING, ScheduledRevision, StoryForm
from articles.admin.story_inlines import (
    ArticleCoinInline,
    BylineInline,
    CorrectionInline,
    RelatedInline,
)
from articles.admin.story_list import LAST_CHANGED_BY, StoryListMixin
from articles.admin.versions import VersionsMixin
from articles.discovery import redirects
from articles.models import Article, Autosave, Byline, Correction, Revision
from articles.publishing import (
    autosaves,
    bylines,
    notes,
    publish_checks,
    returning,
    revisions,
    trash,
    workflow,
)
from core.clock import local_time
from core.moments import MomentsMixin
from core.numbers import whole_number
from core.people import signed_in

# On the page itself, without labels that are seen.
LINES: dict[str, dict[str, Any]] = {
    "title": {"rows": 1, "placeholder": "Headline, in sentence case", "autofocus": True},
    "standfirst": {"rows": 1, "placeholder": "Standfirst: one or two sentences"},
}
SAVED_FORMS, MOST_SAVED = "saved_forms", 20  # in the session: keys of forms
Origin = Revision.Origin


@admin.register(Article)
class ArticleAdmin(
    VersionsMixin,
    DraftingMixin,
    PlanningMixin,
    PinningMixin,
    CalendarMixin,
    StoryActionsMixin,
    BodyEditorMixin,
    PictureFieldsMixin,
    LabellingMixin,
    MomentsMixin,
    StoryListMixin,
):
    form = StoryForm
    change_form_template = "admin/article_form.html"
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("hero", "social_picture", "tags")
    picture_fields = revisions.PICTURES
    readonly_fields = ("history_of_status", "notes_so_far", "as_shared")
    # The first stands on the page, the others beside it: see article_form.html.
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("title", "standfirst", "body"),
                    *("seen_revision", "autosave_key", "restored_key"),
                )
            },
        ),
        ("Story", {"fields": ("section", "kind", "tags")}),
        ("Picture", {"fields": ("hero",)}),
        ("Dates", {"fields": ("updated_at", "embargoed_until", "expires_at")}),
        ("Front page", {"fields": ("front_place", "front_until")}),
        ("Planning", {"fields": ("assignee", "planned_for", "is_template")}),
        ("Notes to colleagues", {"fields": ("notes_so_far", "new_note")}),
        (
            "Search and social",
            {
                "fields": (
                    *("slug", "search_title", "search_description"),
                    *("social_title", "social_description", "social_picture", "as_shared"),
                ),
                "classes": ("collapse",),
            },
        ),
        ("Comments", {"fields": ("comments_open", "holds_comments")}),
        (
            "Paid work",
            {"fields": ("paid_by", "disclosure", "risk_warning"), "classes": ("collapse",)},
        ),
        ("Who changed what", {"fields": ("history_of_status",), "classes": ("collapse",)}),
    )

    class Media:
        css = {"all": ("newsroom/css/desk_story.css",)}
        js = (
            Script("newsroom/js/desk_story.js", defer=True),
            Script("newsroom/js/desk_quotes.js", defer=True),
        )

    # --- The list -------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> Any:
        """One story comes with all that its form shows. In lists sections are asked for apart.

        Joined, they lead SQLite to sort the whole archive.
        """
        stories: Any = super().get_queryset(request)
        if not request.user.has_perm("articles.change_article"):
            stories = stories.published()
        if request.method != "GET" or not (
            request.resolver_match and "object_id" in request.resolver_match.kwargs
        ):
            return stories.annotate(changed_by=LAST_CHANGED_BY).prefetch_related("section", "hero")
        bylines_at_hand = Prefetch("bylines", Byline.objects.select_related("author"))
        return stories.select_related(
            "section", "hero", "social_picture", "placement", "front_pick"
        ).prefetch_related(bylines_at_hand, "tags")

    @admin.display(description="status", ordering="status")
    def state(self, article: Article) -> str:
        return article.status_in_words

    # --- The form -------------------------------------------------------------------------

    def get_inlines(self, request: HttpRequest, obj: Article | None) -> Any:
        """Corrections are of what was out."""
        return [
            BylineInline,
            ArticleCoinInline,
            RelatedInline,
            *([CorrectionInline] if obj and obj.published_at else []),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in LINES:
            kwargs["widget"] = AdminTextareaWidget(attrs=LINES[db_field.name])
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in (
            "section",
            "tags",
            "assignee",
            *self.picture_fields,
        ):
            # Pencil, cross and eye beside each list are other pages’ business.
            for name in ("can_change_related", "can_delete_related", "can_view_related"):
                setattr(field.widget, name, False)
            field.widget.can_add_related = db_field.name == "tags"
        return field

    @admin.display(description="status changes")
    def history_of_status(self, article: Article) -> str:
        changes = article.status_changes.select_related("by")[:10] if article.pk else []
        lines = [
            (
                f"{local_time(each.at, '%d %b %Y, %H:%M')}: {each} ({each.by or 'a command'}) {each.note}",
            )
            for each in changes
        ]
        return format_html_join("", "<p>{}</p>", lines) or "None yet."

    @admin.display(description="as readers see it")
    def as_shared(self, article: Article) -> str:
        """A line of a search and a card, as they were saved last; the script follows what is typed."""
        title = article.search_title or article.title
        text = article.search_description or article.standfirst
        return format_html(
            '<span class="as-shared" data-as-shared><span>{}</span><b>{}</b><span>{}</span></span>',
            urlsplit(settings.SITE_URL).netloc,
            article.social_title or title,
            article.social_description or text,
        )

    def view_on_site(self, obj: Article) -> str | None:
        return obj.get_absolute_url() if obj.is_public else None

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Article | None:
        """While a form is being saved, nobody else changes the story."""
        article = super().get_object(request, object_id, from_field)
        if article is None:
            return None
        if request.method == "POST" and transaction.get_connection().in_atomic_block:
            Article.objects.select_for_update(of=("self",)).only("pk").get(pk=article.pk)
            article.refresh_from_db()
        elif restored := self._restored(request, article):
            autosaves.lay_over(article, restored.fields)
            article.restored = restored
        return article

    def _restored(self, request: HttpRequest, article: Article | None) -> Autosave | None:
        """The autosave that the form is to show, if it is asked for: once a request."""
        if request.method != "GET" or "typed" not in request.GET:
            return None
        if "restored" not in request.__dict__:
            found = autosaves.find(signed_in(request), article, request.GET["typed"])
            request.__dict__["restored"] = found
        autosave: Autosave | None = request.__dict__["restored"]
        return autosave

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        restored = self._restored(request, None)
        return (
            initial
            | (typed.initial_of(restored.fields) if restored else {})
            | ({"restored_key": restored.key} if restored else {})
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        pk = whole_number(object_id or "")
        if request.method == "POST":
            if pk is not None:
                concurrent_edits.bring_together(request, Article.objects.filter(pk=pk).first())
            request.POST = typed.complete(request.POST)  # type: ignore[assignment]
        elif object_id is None:
            self._restored(request, None)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A version that is to come later is written, read off, and rolled back before it is put
        off.
        """
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except ScheduledRevision as put_off:
            article = Article.objects.get(pk=object_id)
            workflow.revise_at(article, put_off.content, put_off.at, signed_in(request))
            self.save_beside(request, article, put_off.form)
            self._forget_autosave(request)
            text = f"This update is scheduled for {local_time(put_off.at)}. Until then the story stays."
            messages.success(request, text)
            return redirect("admin:articles_article_change", article.pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        article: Article | None = context.get("original")
        form = context["adminform"].form
        may_change = self.has_change_permission(request, article)
        person = signed_in(request)
        is_opened = may_change and request.method == "GET"
        unsaved = autosaves.unsaved(person, article) if is_opened else []
        shown = getattr(request, "restored", None)
        context |= {
            "may_publish": request.user.has_perm("articles.publish_article"),
            "is_nav_sidebar_enabled": False,
            "conflict": getattr(form, "conflict", None),
            "unsaved": [each for each in unsaved if each != shown and not each.discarded_at],
            "discarded": [each for each in unsaved if each.discarded_at],
            "saved_forms": " ".join(request.session.get(SAVED_FORMS, ())),
            "autosave_url": self._autosave_url(article) if may_change else "",
        }
        if article is None:
            context["templates"] = self.templates()
        else:
            to_come = article.revisions.filter(origin=Origin.SCHEDULED).select_related("by").first()
            context |= {
                "advice": publish_checks.checks_for(article),
                "to_come": to_come,
                "returned": returning.latest(article),
                "left_out": concurrent_edits.fields_left_out(article, to_come) if to_come else "",
                "version_count": article.revision,
                "deleted_on": article.trashed_at and article.trashed_at + trash.KEPT_FOR,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def _autosave_url(self, article: Article | None) -> str:
        if article is None:
            return reverse("admin:articles_article_autosave_new")
        return reverse("admin:articles_article_autosave", args=[article.pk])

    def save_beside(self, request: HttpRequest, article: Article, form: Any) -> None:
        """Save now what stands in no version, though the text comes out later: it was rolled back
        with the text.
        """
        changed = [name for name in PLANNING if name in form.changed_data]
        for name in changed:
            setattr(article, name, form.cleaned_data[name])
        if changed:
            article.save(update_fields=[*changed, "changed_at"])
        if "assignee" in changed:
            notes.tell_assignee(article, signed_in(request))
        self.add_note(request, article, form)
        self.pin_as_typed(request, article, form)

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change:
            redirects.follow(obj, form.stored["slug"])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save():
            if isinstance(row, Correction) and row.by_id is None:
                row.by = signed_in(request)
                row.save(update_fields=["by"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        article: Article = form.instance
        bylines.refresh(article)
        if "_later" in request.POST and article.status == Article.Status.PUBLISHED:
            raise ScheduledRevision(
                revisions.content_of(article), form.cleaned_data["goes_live_at"], form
            )
        revisions.keep(article, signed_in(request))
        self._forget_autosave(request)
        concurrent_edits.tell_of_others(request, article)

    def _forget_autosave(self, request: HttpRequest) -> None:
        """It is saved; the browser is told with the next form, and forgets it, too."""
        sent = (request.POST.get(name, "") for name in ("autosave_key", "restored_key"))
        keys = [key for key in sent if autosaves.is_key(key)]
        for key in keys:
            autosaves.forget(signed_in(request), key)
        request.session[SAVED_FORMS] = [*request.session.get(SAVED_FORMS, ()), *keys][-MOST_SAVED:]

    # --- Who may ------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Show what is not published to the newsroom alone: others read what readers do."""
        if not super().has_view_permission(request, obj):
            return False
        is_newsroom = request.user.has_perm("articles.change_article")
        return is_newsroom or obj is None or obj.is_public

    def may_write(self, request: HttpRequest, article: Article | None = None) -> bool:
        """Without the right to publish, people change their own stories, until they are published."""
        allowed = request.user.has_perm("articles.change_article")
        if article is not None and hasattr(article, "placement"):
            # The approved copy is pinned: it changes through its placement, after a review.
            return False
        if not allowed or article is None or request.user.has_perm("articles.publish_article"):
            return allowed
        return article.status in ("draft", "in_review") and article.is_work_of(signed_in(request))

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Unpublish, and never delete, what was ever public: links, comments and receipts point to
        it. A draft goes to the trash first.
        """
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or (obj.trashed_at is not None and not hasattr(obj, "placement"))
