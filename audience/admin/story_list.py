"""The desk’s list of stories with what each was read."""

from typing import Any

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest

from articles.admin.stories import ArticleAdmin
from articles.models import Article

admin.site.unregister(Article)


@admin.register(Article)
class ReadStoriesAdmin(ArticleAdmin):
    """Has a column of views for whoever may see them; it sorts the list."""

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        return (*columns, "views") if _may_see_views(request) else columns

    def get_sortable_by(self, request: HttpRequest) -> Any:
        return (*self.sortable_by, "views")

    def get_queryset(self, request: HttpRequest) -> Any:
        stories = super().get_queryset(request)
        is_list = request.method == "GET" and "object_id" not in _arguments(request)
        if not is_list or not _may_see_views(request):
            return stories  # What is locked cannot be joined with what may not be there.
        return stories.annotate(views=F("audience_page__views"))

    @admin.display(description="views", ordering=F("audience_page__views").asc(nulls_first=True))
    def views(self, article: Article) -> str:
        number = getattr(article, "views", None)
        return "" if number is None else f"{number:,}"


def _arguments(request: HttpRequest) -> dict[str, Any]:
    return request.resolver_match.kwargs if request.resolver_match else {}


def _may_see_views(request: HttpRequest) -> bool:
    return request.user.has_perm("audience.view_dailyvisitors")
