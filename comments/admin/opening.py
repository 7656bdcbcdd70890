"""When conversations are open, and what was forgotten of them, on the desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from articles.admin import ReadOnlyAdmin
from comments.models import ConversationSettings, Shortening


@admin.register(ConversationSettings)
class ConversationSettingsAdmin(admin.ModelAdmin[ConversationSettings]):
    fieldsets = (
        ("For the whole publication", {"fields": ("is_open", "closed_note")}),
        ("By age and by the hour", {"fields": ("closes_after_days", ("opens_at", "closes_at"))}),
        ("Readers who are known", {"fields": ("known_at_once",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ConversationSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Shortening)
class ShorteningAdmin(ReadOnlyAdmin):
    list_display = ("at", "shortened", "through")
