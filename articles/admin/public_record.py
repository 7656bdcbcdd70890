"""The public record on the desk: corrections, redirects, and the log."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from articles.models import Correction, FormerSlug, Redirect, StatusChange
from core.admin import ReadOnlyAdmin
from core.moments import MomentsMixin
from core.people import signed_in


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    """The log is read here and written by transitions only."""

    list_display = ("at", "article", "old_status", "new_status", "by")
    list_select_related = ("article", "by")


@admin.register(Correction)
class CorrectionAdmin(MomentsMixin, admin.ModelAdmin[Correction]):
    list_display = ("at", "kind", "article", "by")
    list_filter = ("kind",)
    list_select_related = ("article", "by")
    autocomplete_fields = ("article",)
    search_fields = ("text",)
    fields = ("article", "kind", "text", "at")

    def get_readonly_fields(self, request: HttpRequest, obj: Correction | None = None) -> Any:
        return ("article",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep what was said in public; a correction can be corrected."""
        return False

    def save_model(self, request: HttpRequest, obj: Correction, form: Any, change: bool) -> None:
        obj.by = obj.by or signed_in(request)
        super().save_model(request, obj, form, change)


@admin.register(Redirect)
class RedirectAdmin(admin.ModelAdmin[Redirect]):
    list_display = ("old_path", "new_path", "created_at")
    search_fields = ("old_path", "new_path")

    def save_model(self, request: HttpRequest, obj: Redirect, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # What led to its old address leads on at once: nobody is sent on twice.
        for earlier in Redirect.objects.filter(new_path=obj.old_path).exclude(pk=obj.pk):
            earlier.new_path = obj.new_path
            earlier.save()


@admin.register(FormerSlug)
class FormerSlugAdmin(ReadOnlyAdmin):
    list_display = ("slug", "article", "changed_at")
    list_select_related = ("article",)
    search_fields = ("slug",)
