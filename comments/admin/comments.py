"""Comments on the desk: read, removed and put back; never written or deleted there."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment

from comments.admin.bulk import BulkMixin
from comments.admin.commenter import CommenterMixin
from comments.admin.queue import QueueMixin
from comments.models import SiteComment
from comments.moderation import featured
from core.admin import CappedListAdmin
from core.people import signed_in

for library_model in (Comment, XtdComment):
    if admin.site.is_registered(library_model):
        admin.site.unregister(library_model)


SEARCHED = 10_000
MOST_NAMED = 100


@admin.register(SiteComment)
class SiteCommentAdmin(QueueMixin, CommenterMixin, BulkMixin, CappedListAdmin):
    # Its own page shows it, and nothing of it is typed.
    fields = readonly_fields = ("comment",)
    change_list_template = "admin/comments_list.html"
    list_display = ("excerpt", "user_name", "submit_date", "is_public", "is_removed")
    list_filter = ("is_removed", "submit_date")
    search_fields = ("comment", "user_name", "user_email")
    search_help_text = (
        f"Looks through the newest {SEARCHED:,} comments; for a whole e-mail address, through all."
    )
    list_select_related = ("user",)
    ordering = ("-submit_date",)
    sortable_by = ("submit_date",)
    actions = ("remove", "remove_as_spam", "put_back", "pick", "unpick")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> Any:
        """Words are looked for in so many comments only: what moderators look for was written
        lately.
        """
        if search_term and "@" not in search_term:
            newest = SiteComment.objects.order_by("-submit_date", "-pk").values("pk")[:SEARCHED]
            queryset = queryset.filter(pk__in=newest)
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="comment")
    def excerpt(self, comment: SiteComment) -> str:
        return comment.comment[:90]

    @admin.action(description="Remove", permissions=["change"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.decide_all(request, queryset, "remove")

    @admin.action(description="Remove as spam", permissions=["change"])
    def remove_as_spam(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.decide_all(request, queryset, "spam")

    @admin.action(description="Restore", permissions=["change"])
    def put_back(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.decide_all(request, queryset, "approve")

    @admin.action(description="Pin as editors’ pick", permissions=["change"])
    def pick(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        chosen = list(queryset[: MOST_NAMED + 1])
        if len({comment.object_pk for comment in chosen}) < len(chosen) or len(chosen) > MOST_NAMED:
            self.message_user(request, "Choose one comment for each story.", messages.ERROR)
            return
        try:
            with transaction.atomic():
                for comment in chosen:
                    featured.feature(comment, signed_in(request))
        except featured.NotShown as error:
            self.message_user(request, f"{error} Nothing was changed.", messages.ERROR)
        else:
            self.message_user(request, f"{len(chosen)} pinned.")

    @admin.action(description="Unpin", permissions=["change"])
    def unpick(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        number = sum(featured.unfeature(comment) for comment in queryset[:MOST_NAMED])
        self.message_user(request, f"{number} no longer pinned.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
