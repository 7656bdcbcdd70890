"""The desk’s list of stories: what stands in it, what it finds, and what is being written."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html

from articles.admin.story_filters import (
    AuthorFilter,
    CoinFilter,
    DateFilter,
    MineFilter,
    StateFilter,
    TagFilter,
)
from articles.discovery import search, search_index
from articles.models import Article, Revision
from core.admin import CappedListAdmin

LAST_CHANGED_BY = Subquery(
    Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("by__username")[:1]
)
MOST_IN_PROGRESS = 8
WITHOUT_FILTER = frozenset({SEARCH_VAR, PAGE_VAR, ORDER_VAR, ERROR_FLAG})
MOST_FOUND = 200  # by a search on the desk


def in_progress() -> list[Article]:
    """The newest stories in review, and then the newest drafts. Each status by itself: an index is
    walked, and no draft is sorted.
    """
    return [
        story
        for status in ("in_review", "draft")
        for story in Article.objects.filter(status=status, trashed_at=None, is_template=False)
        .annotate(changed_by=LAST_CHANGED_BY)
        .prefetch_related("section")
        .order_by("-published_at", "-pk")[:MOST_IN_PROGRESS]
    ]


class StoryListMixin(CappedListAdmin):
    """Gives the desk’s stories their list."""

    change_list_template = "admin/stories_list.html"
    list_display = ("headline", "state", "section", "byline", "published_at", "last_change")
    list_display_links = ("headline",)
    list_filter = (
        *(
            MineFilter,
            "status",
            StateFilter,
            "section",
            AuthorFilter,
            TagFilter,
            CoinFilter,
            DateFilter,
        ),
        "kind",
    )
    list_per_page = 50
    sortable_by = ("published_at",)
    search_fields = ("title",)  # The box is shown; what it finds comes from the index.
    search_help_text = (
        f"Words of the headline or the text. Without a filter the newest {MOST_FOUND} are shown."
    )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        asked = search.asked(search_term)
        if not asked.words:
            return queryset, False
        wanted = search_index.Wanted(asked.words, asked.phrases, asked.without, published=False)
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
        is_whole = request.method != "POST" and not request.GET
        may_write = self.has_change_permission(request)
        context = {"in_progress": in_progress() if is_whole and may_write else []}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.display(description="story")
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
        return f"{timezone.localtime(article.changed_at):%d %b %Y, %H:%M}" + (
            f", {by}" if by else ""
        )
