"""Comments on the desk: read, removed and put back; never written or deleted there."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment

from articles.long_lists import LongListAdmin
from comments import moderation
from comments.admin.queue import QueueMixin
from comments.models import SiteComment

for library_model in (Comment, XtdComment):
    if admin.site.is_registered(library_model):
        admin.site.unregister(library_model)


SEARCHED = 10_000


@admin.register(SiteComment)
class SiteCommentAdmin(QueueMixin, LongListAdmin):
    change_list_template = "admin/thoughts_list.html"
    list_display = ("excerpt", "user_name", "submit_date", "is_public", "is_removed")
    list_filter = ("is_removed", "submit_date")
    search_fields = ("comment", "user_name", "user_email")
    search_help_text = f"Looks through the newest {SEARCHED:,} thoughts; for a whole e-mail address, through all."
    list_select_related = ("user",)
    ordering = ("-submit_date",)
    sortable_by = ("submit_date",)
    actions = ("remove", "put_back")
    readonly_fields = ("user_name", "user_email", "user_url", "comment", "submit_date", "is_removed", "level")
    fields = readonly_fields

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        """Words are looked for in so many thoughts only: what moderators look for was written lately."""
        if search_term and "@" not in search_term:
            newest = SiteComment.objects.order_by("-submit_date", "-pk").values("pk")[:SEARCHED]
            queryset = queryset.filter(pk__in=newest)
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="thought")
    def excerpt(self, comment: SiteComment) -> str:
        return comment.comment[:90]

    @admin.action(description="Remove from the page", permissions=["change"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        decided = moderation.remove(queryset, request.user)  # type: ignore[arg-type]
        self.message_user(request, f"{len(decided)} removed.")

    @admin.action(description="Put back on the page", permissions=["change"])
    def put_back(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        decided = moderation.approve(queryset, request.user)  # type: ignore[arg-type]
        self.message_user(request, f"{len(decided)} put back.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
