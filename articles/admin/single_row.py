"""An admin page of a table that has one row, such as settings: made once, changed, never deleted."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class SingleRowAdmin(admin.ModelAdmin[Any]):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.model._default_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """For the menu of every page, which asks for no rows: the list offers to add the row while there is none."""
        return {
            "add": False,
            "change": self.has_change_permission(request),
            "delete": False,
            "view": self.has_view_permission(request),
        }
