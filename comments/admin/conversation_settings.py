"""Opening hours of comments, and the IP anonymisation log, on the desk."""

from django.contrib import admin

from articles.admin import ReadOnlyAdmin, SingleRowAdmin
from comments.models import ConversationSettings, IpAnonymisationRun


@admin.register(ConversationSettings)
class ConversationSettingsAdmin(SingleRowAdmin):
    fieldsets = (
        ("For the whole publication", {"fields": ("is_open", "closed_note", "holds_all")}),
        ("By age and by the hour", {"fields": ("closes_after_days", ("opens_at", "closes_at"))}),
        ("Verified commenters", {"fields": ("known_at_once",)}),
    )


@admin.register(IpAnonymisationRun)
class ShorteningAdmin(ReadOnlyAdmin):
    list_display = ("at", "shortened", "through")
