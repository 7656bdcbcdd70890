"""Bases of the admin's pages: read-only rows, one-row tables, and lists that cost the same however
long they are.
"""

from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

MOST_COUNTED = 5_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    @cached_property
    def count(self) -> int:
        """At most MOST_COUNTED: what lies behind is found by searching and filtering, not by
        turning pages.
        """
        return min(self._counted, MOST_COUNTED)

    @property
    def has_more(self) -> bool:
        return self._counted > MOST_COUNTED

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        # Of the keys alone: what a list adds to each row would be asked for so many rows.
        return int(rows.order_by().values("pk")[: MOST_COUNTED + 1].count())


class CappedListAdmin(admin.ModelAdmin[Any]):
    paginator = CappedPaginator
    show_full_result_count = False
    list_max_show_all = 0

    def response_action(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:  # type: ignore[override]
        """“Select all” takes what was counted, or nothing."""
        across = request.POST.get("select_across") not in (None, "", "0")
        if across and CappedPaginator(queryset, self.list_per_page).has_more:
            text = f"These are more than {MOST_COUNTED:,}. Narrow the list with the search or a filter first."
            self.message_user(request, text, messages.ERROR)
            return None
        return super().response_action(request, queryset)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SingleRowAdmin(admin.ModelAdmin[Any]):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.model._default_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """For the menu of every page, which asks for no rows: the list offers to add the row while
        there is none.
        """
        return {
            "add": False,
            "change": self.has_change_permission(request),
            "delete": False,
            "view": self.has_view_permission(request),
        }
