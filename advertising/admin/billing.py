"""Orders, credits and receipts on the desk: added to, never changed and never deleted. And the
ledger of counts.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods

from advertising.billing import credit_notes
from advertising.billing.rates import dollars
from advertising.measurement import invalid_traffic
from advertising.models import (
    Credit,
    DailyCount,
    Order,
    Payment,
    ProviderEvent,
    RateCardText,
    SalesTerms,
    Shortfall,
)
from articles.admin import ReadOnlyAdmin
from core.admin import SingleRowAdmin
from core.moments import MomentsMixin
from core.people import signed_in


@admin.register(RateCardText)
class RateCardTextAdmin(SingleRowAdmin):
    pass


@admin.register(SalesTerms)
class SalesTermsAdmin(SingleRowAdmin):
    pass


class CreditFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        super().clean()
        added = sum(
            (form.cleaned_data.get("amount") or 0 for form in self.forms if form.has_changed()),
            Decimal(0),
        )
        if self.instance.pk and added > self.instance.total - self.instance.credited:
            raise ValidationError("That is more than is left of this invoice to be credited.")


class ReceiptFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        super().clean()
        new = [form.cleaned_data.get("reference", "") for form in self.forms if form.has_changed()]
        known = Payment.objects.filter(provider=Payment.Provider.TRANSFER, reference__in=new)
        if len(set(new)) < len(new) or known.exists():
            raise ValidationError("A receipt with this reference was noted already.")


class CreditInline(admin.StackedInline[Credit, Order]):
    """Added, never changed."""

    model = Credit
    formset = CreditFormSet
    extra = 0
    fields = ("kind", "amount", "reason", "at")
    readonly_fields = ("at", "kind")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReceiptInline(MomentsMixin, admin.StackedInline[Payment, Order]):
    """Money that came by transfer is noted here; what cards brought notes itself."""

    model = Payment
    formset = ReceiptFormSet
    extra = 0
    fields = ("provider", "reference", "amount", "at")
    readonly_fields = ("provider",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin[Order]):
    """An order never changes; credits and receipts are added to it."""

    list_display = (
        "number",
        "advertiser",
        "placed_at",
        "due_on",
        "total",
        "still_to_be_paid",
        "state_in_words",
    )
    list_filter = ("advertiser",)
    list_select_related = ("advertiser",)
    search_fields = ("number", "advertiser__name")
    inlines = (CreditInline, ReceiptInline)
    fields = readonly_fields = (
        *("number", "advertiser", "placed_by", "placed_at", "due_on", "lines_in_words"),
        *("subtotal", "tax", "total", "still_to_be_paid", "state_in_words", "invoice"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).prefetch_related("credits", "receipts", "lines")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="lines")
    def lines_in_words(self, order: Order) -> str:
        rows = ((line.label, dollars(line.amount)) for line in order.lines.all())
        return format_html_join("", "<div>{}: {}</div>", rows)

    @admin.display(description="still to be paid")
    def still_to_be_paid(self, order: Order) -> str:
        return dollars(order.balance)

    @admin.display(description="state")
    def state_in_words(self, order: Order) -> str:
        return order.state()[1]

    @admin.display(description="invoice")
    def invoice(self, order: Order) -> str:
        return format_html(
            '<a href="{}">Open the PDF</a>', reverse("order-invoice", args=[order.number])
        )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for added in formset.save(commit=False):
            added.by = request.user
            added.save()
        formset.save_m2m()


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
        if not request.user.has_perm("advertising.review_placement"):
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
            "opts": self.model._meta,
        }
        return render(request, "admin/shortfall.html", context)

    def decide(self, request: HttpRequest, shortfall: Shortfall) -> bool:
        try:
            if request.POST.get("decision") == "credit":
                given = credit_notes.credit(shortfall, signed_in(request))
                words = (
                    f"{dollars(given.amount)} credited on {given.order}."
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
