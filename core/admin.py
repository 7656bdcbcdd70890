"""Lists on the desk that cost the same however long they are: not counted to the end, not sorted by hand."""

from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

MOST_COUNTED = 5_000


class PaginatorOfALongList(Paginator):  # type: ignore[type-arg]
    @cached_property
    def count(self) -> int:
        """At most MOST_COUNTED: what lies behind is found by searching and filtering, not by turning pages."""
        return min(self._counted, MOST_COUNTED)

    @property
    def has_more(self) -> bool:
        return self._counted > MOST_COUNTED

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: MOST_COUNTED + 1].count())


class LongListAdmin(admin.ModelAdmin[Any]):
    paginator = PaginatorOfALongList
    show_full_result_count = False
    list_max_show_all = 0

    def response_action(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:  # type: ignore[override]
        """“Select all” takes what was counted, or nothing."""
        across = request.POST.get("select_across") not in (None, "", "0")
        if across and PaginatorOfALongList(queryset, self.list_per_page).has_more:
            text = f"These are more than {MOST_COUNTED:,}. Narrow the list with the search or a filter first."
            self.message_user(request, text, messages.ERROR)
            return None
        return super().response_action(request, queryset)
