"""Comments on the desk: read, removed and put back; never written or deleted there."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment

from comments.admin.queue import QueueMixin
from comments.models import SiteComment
from comments.moderation import decisions as moderation
from comments.moderation import featured
from core.admin import CappedListAdmin
from core.clock import local_time
from core.people import signed_in

for library_model in (Comment, XtdComment):
    if admin.site.is_registered(library_model):
        admin.site.unregister(library_model)


SEARCHED = 10_000
MOST_NAMED = 100
MOST_AT_ONCE = 1_000
SAID = {"remove": "removed", "put_back": "restored"}
BUTTONS = {"remove": "Remove", "put_back": "Restore"}


@admin.register(SiteComment)
class SiteCommentAdmin(QueueMixin, CappedListAdmin):
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
    actions = ("remove", "put_back", "pick", "unpick")
    readonly_fields = (
        *(
            "user_name",
            "user_email",
            "user_url",
            "comment",
            "submit_date",
            "is_public",
            "is_removed",
        ),
        *("earlier_words", "why_read", "reported", "decided", "on_the_page"),
    )
    fields = readonly_fields

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

    @admin.display(description="what it said before")
    def earlier_words(self, comment: SiteComment) -> str:
        edits = [
            (local_time(edit.made_at, "%d %B %Y, %H:%M"), edit.text)
            for edit in comment.edits.order_by("pk")
        ]
        return format_html_join("\n", "Until {}:\n{}\n", edits) or "Nothing else."

    @admin.display(description="why moderators were asked")
    def why_read(self, comment: SiteComment) -> str:
        rows = [
            (each.rule_name, each.found, each.outcome or "pending")
            for each in comment.moderation_flags.order_by("pk")
        ]
        return format_html_join("\n", "{}: {} ({})", rows) or "They were not."

    @admin.display(description="reports of readers")
    def reported(self, comment: SiteComment) -> str:
        rows = [(each.get_reason_display(), each.note) for each in comment.reports.order_by("pk")]
        return format_html_join("\n", "{} {}", rows) or "None."

    @admin.display(description="decisions")
    def decided(self, comment: SiteComment) -> str:
        decisions = comment.decisions.select_related("by").order_by("pk")
        rows = [
            (
                local_time(each.at, "%d %B %Y, %H:%M"),
                each.get_action_display(),
                each.by or "nobody",
                " (undone)" * bool(each.undone_at),
            )
            for each in decisions
        ]
        return format_html_join("\n", "{}: {} by {}{}", rows) or "None."

    @admin.display(description="on the page")
    def on_the_page(self, comment: SiteComment) -> str:
        if not comment.is_public or comment.is_removed:
            return "Readers do not see it."
        return format_html(
            '<a href="{}">Read it on the site</a>', reverse("comment", args=[comment.pk])
        )

    @admin.action(description="Remove from the site", permissions=["change"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._once_confirmed(request, queryset, "remove", moderation.remove)

    @admin.action(description="Restore", permissions=["change"])
    def put_back(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._once_confirmed(request, queryset, "put_back", moderation.approve)

    def _once_confirmed(
        self, request: HttpRequest, queryset: QuerySet[Any], action: str, decide: Callable[..., Any]
    ) -> HttpResponse | None:
        """Several are named first, and nothing happens to them until that was confirmed; one is
        done at once.
        """
        chosen = queryset.order_by("pk")
        if len(chosen) > MOST_AT_ONCE:
            self.message_user(
                request, f"Choose {MOST_AT_ONCE:,} at most. Nothing was changed.", messages.ERROR
            )
            return None
        if "confirmed" not in request.POST and len(chosen) > 1:
            context = {
                **self.admin_site.each_context(request),
                "title": f"{BUTTONS[action]} {len(chosen)} comments?",
                "button": f"{BUTTONS[action]} {len(chosen)} comments",
                "comments": chosen[:MOST_NAMED],
                "more": max(0, len(chosen) - MOST_NAMED),
                "chosen": [comment.pk for comment in chosen],
                "action": action,
            }
            return TemplateResponse(request, "admin/comments_confirm.html", context)
        number = len(decide(queryset, request.user))
        self.message_user(request, f"{number} comment{'' if number == 1 else 's'} {SAID[action]}.")
        return None

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
