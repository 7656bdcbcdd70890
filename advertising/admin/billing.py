"""Under-delivered campaigns, invoice settings, and the ledger of counts on the desk."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from advertising.admin.fields import country_field
from advertising.billing import credit_notes
from advertising.billing.amounts import written
from advertising.measurement import invalid_traffic
from advertising.models import (
    DailyCount,
    ProviderEvent,
    RateCardText,
    SalesTerms,
    Shortfall,
)
from articles.admin import ReadOnlyAdmin
from core.admin import SingleRowAdmin
from core.people import signed_in


@admin.register(RateCardText)
class RateCardTextAdmin(SingleRowAdmin):
    pass


@admin.register(SalesTerms)
class SalesTermsAdmin(SingleRowAdmin):
    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "country":
            return country_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Shortfall)
class ShortfallAdmin(ReadOnlyAdmin):
    """Runs that ended with less than was bought: credited, or left to run on."""

    list_display = ("placement", "delivered", "bought", "missing", "answer_in_words", "decide_link")
    list_select_related = ("placement",)
    list_filter = ("answer",)

    @admin.display(description="answer")
    def answer_in_words(self, shortfall: Shortfall) -> str:
        return shortfall.get_answer_display()

    @admin.display(description="decide")
    def decide_link(self, shortfall: Shortfall) -> str:
        if shortfall.answer:
            return ""
        address = reverse("admin:advertising_shortfall_decide", args=[shortfall.pk])
        return format_html('<a class="button" href="{}">Decide</a>', address)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(
            require_http_methods(["GET", "HEAD", "POST"])(self.decide_view)
        )
        return [
            path("<key:pk>/decide/", view, name="advertising_shortfall_decide"),
            *super().get_urls(),
        ]

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        needed = ("advertising.review_placement", "advertising.view_shortfall")
        if not request.user.has_perms(needed):
            raise PermissionDenied
        shortfall = get_object_or_404(
            Shortfall.objects.select_related("placement__advertiser"), pk=pk
        )
        if request.method == "POST" and self.decide(request, shortfall):
            return redirect("admin:advertising_shortfall_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": f"{shortfall.placement.title} was under-delivered",
            "shortfall": shortfall,
            "cost": credit_notes.cost_of(shortfall.placement),
            "credit": credit_notes.would_credit(shortfall.placement),
            "opts": self.model._meta,
        }
        return render(request, "admin/shortfall.html", context)

    def decide(self, request: HttpRequest, shortfall: Shortfall) -> bool:
        try:
            if request.POST.get("decision") == "credit":
                given = credit_notes.credit(shortfall, signed_in(request))
                words = (
                    f"{written(given.amount, given.order.currency)} credited on {given.order}."
                    if given
                    else "Nothing was paid for it."
                )
            elif request.POST.get("decision") == "make_good":
                until = parse_date(request.POST.get("until", "")[:10])
                if until is None:
                    raise ValidationError("Choose the end date.")
                credit_notes.make_good(shortfall, signed_in(request), until)
                words = f"It runs on until {until:%-d %B %Y}."
            else:
                raise ValidationError("Choose what to do.")
        except (ValidationError, ValueError) as error:
            messages.error(request, " ".join(getattr(error, "messages", ["This is not a day."])))
            return False
        messages.success(request, words)
        return True


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "provider", "kind", "outcome")
    list_filter = ("provider",)


@admin.register(DailyCount)
class DailyCountAdmin(ReadOnlyAdmin):
    """The ledger, line by line."""

    list_display = ("day", "placement", "slot", "action", "reason_in_words", "number")
    list_select_related = ("placement",)
    list_filter = ("action", "slot")
    date_hierarchy = "day"

    @admin.display(description="why not")
    def reason_in_words(self, count: DailyCount) -> str:
        return invalid_traffic.LABELS.get(count.reason, count.reason) or "Billable"
