"""An admin page of a table that has one row, such as settings: made once, changed, never deleted."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class SingleRowAdmin(admin.ModelAdmin[Any]):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.model._default_manager.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
