"""Subscriptions on the desk: read only; people join and leave by themselves."""

from django.contrib import admin

from newsletter.models import Subscription
from ticker.read_only_admin import ReadOnlyAdmin


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("email", "status", "source", "asked_at", "confirmed_at", "left_at")
    list_filter = ("status", "source")
    search_fields = ("email",)
    exclude = ("key",)
