"""Readers of newsletters on the desk: read only; people join and leave by themselves."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import ReadOnlyAdmin
from newsletter.models import CONSENT_FIELDS, Subscriber, Subscription


class SubscriptionInline(admin.TabularInline[Subscription, Subscriber]):
    """The subscriptions of a subscriber, with consent and times."""

    model = Subscription
    fields = (
        "newsletter",
        "status",
        *CONSENT_FIELDS,
    )
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("newsletter.view_subscriber")


class ConfirmedFilter(admin.SimpleListFilter):
    title = "confirmed"
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Confirmed"), ("no", "Waiting for confirmation")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Subscriber]
    ) -> QuerySet[Subscriber]:
        if self.value() in ("yes", "no"):
            return queryset.filter(confirmed_at__isnull=self.value() == "no")
        return queryset


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnlyAdmin):
    list_display = ("email", "newsletters", "asked_at", "confirmed_at", "suppressed_because")
    list_filter = (ConfirmedFilter, "suppressed_because", "subscriptions__newsletter")
    search_fields = ("email",)
    exclude = ("key",)
    inlines = (SubscriptionInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        return super().get_queryset(request).prefetch_related("subscriptions__newsletter")

    @admin.display(description="newsletters")
    def newsletters(self, subscriber: Subscriber) -> str:
        had = [
            each.newsletter.name
            for each in subscriber.subscriptions.all()
            if each.status == "confirmed"
        ]
        return ", ".join(had) or "none"
