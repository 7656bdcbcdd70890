"""The desk’s list and form of stories."""

from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import transaction
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from js_asset import Script

from articles.admin import typed
from articles.admin.autosaving import DraftingMixin
from articles.admin.editor import BodyEditorMixin
from articles.admin.lean_forms import LabellingMixin, LeanInline
from articles.admin.story_actions import StoryActionsMixin
from articles.admin.story_filters import (
    AuthorFilter,
    CoinFilter,
    DateFilter,
    StateFilter,
    TagFilter,
)
from articles.admin.story_form import ScheduledRevision, StoryForm, name_of
from articles.admin.versions import VersionsMixin
from articles.discovery import redirects, search, search_index
from articles.models import Article, ArticleCoin, Autosave, Byline, Correction, Revision
from articles.publishing import (
    autosaves,
    bylines,
    merging,
    publish_checks,
    revisions,
    workflow,
)
from core.admin import CappedListAdmin
from core.numbers import whole_number
from core.people import signed_in

LAST_CHANGED_BY = Subquery(
    Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("by__username")[:1]
)
MOST_IN_PROGRESS = 8
SAVED_FORMS, MOST_SAVED = "saved_forms", 20  # in the session: keys of forms
WITHOUT_FILTER = frozenset({SEARCH_VAR, PAGE_VAR, ORDER_VAR, ERROR_FLAG})
MOST_FOUND = 200  # by a search on the desk
Origin = Revision.Origin


class StoryInline(LeanInline):
    """Rows of a story, which are kept with it while it is being written."""

    content_name = ""  # what versions call them

    def restored_keys(self, request: HttpRequest) -> list[int] | None:
        autosave: Autosave | None = getattr(request, "restored", None)
        if autosave is None or self.content_name not in autosave.fields:
            return None
        return [row["id"] for row in autosave.fields[self.content_name]]


class BylineInline(StoryInline):
    model = Byline
    content_name = "bylines"
    chosen = "author"
    extra = 1
    autocomplete_fields = ("author",)
    readonly_fields = ("held_at_publication",)


class ArticleCoinInline(StoryInline):
    model = ArticleCoin
    content_name = "coins"
    chosen = "coin"
    extra = 1
    verbose_name = "coin"
    verbose_name_plural = "coins it is about"
    readonly_fields = ("price_at_publication",)


class CorrectionInline(admin.StackedInline[Correction, Article]):
    model = Correction
    extra = 0
    fields = ("kind", "text", "at")
    verbose_name_plural = "corrections, clarifications, updates, retractions"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def bring_together(request: HttpRequest, article: Article | None) -> None:
    """Before a form is read: put what was saved since it was opened into it, where that touches
    nothing that the form changes. What touches is the form’s to tell.
    """
    seen = whole_number(request.POST.get("seen_revision", ""))
    if article is None or seen is None or seen >= article.revision:
        return
    if request.POST.get("_over") == str(article.revision):
        return
    base = revisions.content_at(article, seen)
    if base is None:
        return
    mine = typed.content_of(request.POST)
    merged = merging.merge(base, revisions.content_of(article), mine)
    post = request.POST.copy()
    typed.write(post, merged.content, article)
    if not merged.touching:
        post["seen_revision"] = str(article.revision)
        newest = article.revisions.select_related("by").filter(number=article.revision)
        request.__dict__["merged_with"] = newest.first()
    request.POST = post  # type: ignore[assignment]


def fields_left_out(article: Article, to_come: Revision) -> str:
    """What of a scheduled update would not come, because something newer stands there."""
    touching = workflow.with_scheduled(article, to_come).touching
    return ", ".join(revisions.LABELS[name].lower() for name in touching)


@admin.register(Article)
class ArticleAdmin(
    VersionsMixin,
    DraftingMixin,
    StoryActionsMixin,
    BodyEditorMixin,
    LabellingMixin,
    CappedListAdmin,
):
    form = StoryForm
    change_form_template = "admin/article_form.html"
    change_list_template = "admin/stories_list.html"
    list_display = ("headline", "state", "section", "byline", "published_at", "last_change")
    list_display_links = ("headline",)
    list_filter = (
        *("status", StateFilter, "section", AuthorFilter, TagFilter, CoinFilter, DateFilter),
        "kind",
    )
    list_per_page = 50
    sortable_by = ("published_at",)
    search_fields = ("title",)  # The box is shown; what it finds comes from the index.
    search_help_text = (
        f"Words of the headline or the text. Without a filter the newest {MOST_FOUND} are shown."
    )
    prepopulated_fields = {"slug": ("title",)}
    autocomplete_fields = ("hero", "tags")
    readonly_fields = ("state", "published_at", "history_of_status")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "state",
                    "title",
                    "slug",
                    "standfirst",
                    "kind",
                    "section",
                    "body",
                    "seen_revision",
                    "autosave_key",
                    "restored_key",
                )
            },
        ),
        ("Picture", {"fields": ("hero",)}),
        ("Subjects", {"fields": ("tags",)}),
        (
            "Paid work",
            {"fields": ("paid_by", "disclosure", "risk_warning"), "classes": ("collapse",)},
        ),
        (
            "Conversation and dates",
            {
                "fields": (
                    "comments_open",
                    "published_at",
                    "updated_at",
                    "embargoed_until",
                    "expires_at",
                )
            },
        ),
        ("Who changed what", {"fields": ("history_of_status",), "classes": ("collapse",)}),
    )

    class Media:
        js = (Script("newsroom/js/desk_story.js", defer=True),)

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
        return stories.select_related("section", "hero", "placement").prefetch_related(
            bylines_at_hand, "tags"
        )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        words = tuple(search.words(search_term))
        if not words:
            return queryset, False
        wanted = search_index.Wanted(words, published=False)
        if set(request.GET) - WITHOUT_FILTER:
            # The newest of all need not be among those that the filters leave.
            all_of_them = queryset.filter(search_index.matching(wanted))
            if not all_of_them.exists():
                all_of_them = queryset.filter(search_index.matching(replace(wanted, begins=True)))
            return all_of_them, False
        found = search_index.newest(wanted, MOST_FOUND) or search_index.newest(
            replace(wanted, begins=True), MOST_FOUND
        )
        return queryset.filter(pk__in=found), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Before the archive: what is being written, which has no date yet."""
        is_whole = request.method == "GET" and not set(request.GET)
        # Each status by itself: an index is walked, and no draft is sorted.
        in_progress = [
            story
            for status in ("in_review", "draft")
            for story in Article.objects.filter(status=status)
            .annotate(changed_by=LAST_CHANGED_BY)
            .prefetch_related("section")
            .order_by("-published_at", "-pk")[:MOST_IN_PROGRESS]
            if is_whole and self.has_change_permission(request)
        ]
        return super().changelist_view(
            request, {"in_progress": in_progress, **(extra_context or {})}
        )

    @admin.display(description="story", ordering="title")
    def headline(self, article: Article) -> str:
        thumbnail = (
            format_html(
                '<img src="{}" alt="" width="60" height="40" loading="lazy">',
                article.hero.small_url,
            )
            if article.hero
            else ""
        )
        return format_html(
            '<span class="story-cell">{}<span>{}</span></span>', thumbnail, article.title
        )

    @admin.display(description="last change")
    def last_change(self, article: Article) -> str:
        by = getattr(article, "changed_by", None)
        return f"{article.changed_at:%d %b %Y, %H:%M}" + (f", {by}" if by else "")

    @admin.display(description="status", ordering="status")
    def state(self, article: Article) -> str:
        return article.status_in_words

    # --- The form -------------------------------------------------------------------------

    def get_inlines(self, request: HttpRequest, obj: Article | None) -> Any:
        """Corrections are of what was out."""
        return [
            BylineInline,
            ArticleCoinInline,
            *([CorrectionInline] if obj and obj.published_at else []),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "standfirst":
            kwargs["widget"] = AdminTextareaWidget(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="status changes")
    def history_of_status(self, article: Article) -> str:
        changes = article.status_changes.select_related("by")[:10] if article.pk else []
        lines = [
            (f"{each.at:%d %b %Y, %H:%M} UTC: {each} ({each.by or 'a command'}) {each.note}",)
            for each in changes
        ]
        return format_html_join("", "<p>{}</p>", lines) or "None yet."

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
        if request.method == "POST" and pk is not None:
            bring_together(request, Article.objects.filter(pk=pk).first())
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
            self._forget_autosave(request)
            text = f"This update is scheduled for {put_off.at:%d %B %Y at %H:%M} UTC. Until then the story stays."
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
            "conflict": getattr(form, "conflict", None),
            "unsaved": [each for each in unsaved if each != shown and not each.discarded_at],
            "discarded": [each for each in unsaved if each.discarded_at],
            "saved_forms": " ".join(request.session.get(SAVED_FORMS, ())),
            "autosave_url": self._autosave_url(article) if may_change else "",
        }
        if article is not None:
            to_come = article.revisions.filter(origin=Origin.SCHEDULED).select_related("by").first()
            context |= {
                "advice": publish_checks.checks_for(article),
                "to_come": to_come,
                "left_out": fields_left_out(article, to_come) if to_come else "",
                "version_count": article.revision,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def _autosave_url(self, article: Article | None) -> str:
        if article is None:
            return reverse("admin:articles_article_autosave_new")
        return reverse("admin:articles_article_autosave", args=[article.pk])

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
                revisions.content_of(article), form.cleaned_data["goes_live_at"]
            )
        revisions.keep(article, signed_in(request))
        self._forget_autosave(request)
        self._tell_of_others(request, article)

    def _forget_autosave(self, request: HttpRequest) -> None:
        """It is saved; the browser is told with the next form, and forgets it, too."""
        sent = (request.POST.get(name, "") for name in ("autosave_key", "restored_key"))
        keys = [key for key in sent if autosaves.is_key(key)]
        for key in keys:
            autosaves.forget(signed_in(request), key)
        request.session[SAVED_FORMS] = [*request.session.get(SAVED_FORMS, ()), *keys][-MOST_SAVED:]

    def _tell_of_others(self, request: HttpRequest, article: Article) -> None:
        """What was saved meanwhile, or is to come, is in the story too; or touches what is."""
        if theirs := getattr(request, "merged_with", None):
            text = (
                f"{name_of(theirs.by)} saved version {theirs.number} while you were writing. "
                f"Version {article.revision} has both: nothing that either of you changed touches."
            )
            messages.info(request, text)
        to_come = article.revisions.filter(origin=Origin.SCHEDULED).first()
        if to_come and (names := fields_left_out(article, to_come)):
            text = (
                f"The update scheduled for {to_come.goes_live_at:%d %B %Y at %H:%M} UTC changes the "
                f"same: {names}. What you saved now will stay."
            )
            messages.warning(request, text)

    # --- Who may ------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """What is not published is the newsroom’s: moderators and the ad desk read what readers do."""
        if not super().has_view_permission(request, obj):
            return False
        is_newsroom = request.user.has_perm("articles.change_article")
        return is_newsroom or obj is None or obj.is_public

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Who may not publish changes their own stories, until they are published."""
        allowed = super().has_change_permission(request, obj)
        if obj is not None and hasattr(obj, "placement"):
            # The approved copy is pinned: it changes through its placement, after a review.
            return False
        if not allowed or obj is None or request.user.has_perm("articles.publish_article"):
            return allowed
        return obj.status in ("draft", "in_review") and obj.is_work_of(signed_in(request))

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Unpublish, and never delete, what was ever public: links, comments and receipts point to
        it.
        """
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or (
            obj.status == "draft" and obj.published_at is None and not hasattr(obj, "placement")
        )
