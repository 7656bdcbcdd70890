"""Decisions on thousands of comments: asked about once, done by the worker, stopped and undone."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from comments.models import BulkModeration, SiteComment
from comments.moderation import bulk
from core.numbers import whole_number
from core.people import signed_in

MOST_NAMED = 100
TITLES = {"remove": "Remove", "spam": "Remove as spam", "approve": "Restore"}


class BulkMixin:
    """Adds actions on the list of comments that take any number of them."""

    admin_site: Any
    require_moderator: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("bulk/<key:pk>/", view(self.bulk), name="comments_sitecomment_bulk"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def decide_all(
        self, request: HttpRequest, queryset: QuerySet[Any], action: str
    ) -> HttpResponse | None:
        """Several are named first, and nothing happens to them until that was confirmed; one is
        done at once, many by the worker.
        """
        chosen = queryset.order_by("pk")
        if newest := whole_number(request.POST.get("up_to", "")):
            # What was written after the question was not asked about.
            chosen = chosen.filter(pk__lte=newest)
        pks = list(chosen.values_list("pk", flat=True)[: bulk.MOST + 1])
        if len(pks) > bulk.MOST:
            self.message_user(  # type: ignore[attr-defined]
                request, f"Choose {bulk.MOST:,} at most. Nothing was changed.", messages.ERROR
            )
            return None
        if "confirmed" not in request.POST and len(pks) > 1:
            return self._ask_about(request, pks, action)
        begun = bulk.begin(pks, action, signed_in(request))
        if begun.ended_at:
            said = f"{begun.changed} comment{'' if begun.changed == 1 else 's'} "
            self.message_user(request, f"{said}{begun.get_action_display()}.")  # type: ignore[attr-defined]
            return None
        return redirect("admin:comments_sitecomment_bulk", begun.pk)

    def _ask_about(self, request: HttpRequest, pks: list[int], action: str) -> HttpResponse:
        comments = SiteComment.objects.filter(pk__in=pks[:MOST_NAMED]).order_by("pk")
        context = {
            **self.admin_site.each_context(request),
            "title": f"{TITLES[action]}: {len(pks):,} comments?",
            "button": f"{TITLES[action]}: {len(pks):,} comments",
            "comments": comments,
            "more": max(0, len(pks) - MOST_NAMED),
            "by_worker": len(pks) > bulk.AT_ONCE,
            "across": request.POST.get("select_across") == "1",
            "chosen": request.POST.getlist("_selected_action"),
            "up_to": pks[-1],
            "action": request.POST.get("action", ""),
        }
        return TemplateResponse(request, "admin/comments_confirm.html", context)

    def bulk(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The progress of such work, with buttons to stop it and to undo it."""
        self.require_moderator(request)
        found = BulkModeration.objects.defer("comments").filter(pk=pk).first()
        if found is None:
            raise Http404("There is no such work.")
        if request.method == "POST":
            if "undo" in request.POST:
                bulk.undo_later(found)
                messages.success(request, "The worker is putting them back.")
            elif bulk.stop(found):
                messages.success(request, "Stopped. What is decided stays; it can be undone.")
            return redirect("admin:comments_sitecomment_bulk", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{TITLES[found.action]}: {found.total:,} comments",
            "bulk": found,
            "undone": bulk.count_undone(found),
            "is_running": found.ended_at is None and found.stopped_at is None,
        }
        return TemplateResponse(request, "admin/bulk_moderation.html", context)
