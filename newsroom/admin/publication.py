"""The publication’s own texts on the desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry

from articles.admin import BodyEditorMixin, MovingAdmin, SingleRowAdmin
from core.admin import ReadOnlyAdmin
from core.time_zones import names
from newsroom.models import AboutPage, Heartbeat, LogIn, PeriodicJob, PrivacyRequest, Publication


@admin.register(Publication)
class PublicationAdmin(SingleRowAdmin):
    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "time_zone":
            kwargs["widget"] = forms.Select(choices=[(name, name) for name in names()])
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(AboutPage)
class PageAdmin(BodyEditorMixin, MovingAdmin):
    list_display = ("title", "slug", "position")
    prepopulated_fields = {"slug": ("title",)}


@admin.register(PeriodicJob)
class PeriodicJobAdmin(ReadOnlyAdmin):
    list_display = ("name", "next_run_at", "last_started_at")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "at")


@admin.register(LogIn)
class LogInAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "succeeded", "network")
    list_filter = ("succeeded", "user__is_staff")
    list_select_related = ("user",)
    search_fields = ("user__username",)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Changes made on the desk, and by whom."""

    list_display = ("action_time", "user", "content_type", "object_repr", "__str__")
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username")


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ReadOnlyAdmin):
    change_list_template = "admin/persons_list.html"
    list_display = ("kind", "at", "by", "counts")
    list_filter = ("kind",)
    list_select_related = ("by",)

    @admin.display(description="how much of what")
    def counts(self, row: PrivacyRequest) -> str:
        return ", ".join(f"{kind}: {number}" for kind, number in row.found.items()) or "nothing"
