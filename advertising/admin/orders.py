"""An order on the desk: its documents and its journal. Entries are added, and reversed by their opposite;
nothing is changed.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advertising.billing import accounts, corrections, credit_notes, journal, payments
from advertising.billing.amounts import written
from advertising.billing.views import ENTRIES
from advertising.models import Credit, Order, Payment, Refund
from core.moments import MomentInput
from core.numbers import whole_number
from core.people import signed_in
from core.spreadsheets import as_csv

REVERSIBLE: dict[str, type[Payment | Refund | Credit]] = {
    "payment": Payment,
    "refund": Refund,
    "credit": Credit,
}


def amount_field(help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        max_digits=12, decimal_places=2, min_value=Decimal("0.01"), help_text=help_text
    )


class PaymentForm(forms.Form):
    amount = amount_field()
    reference = forms.CharField(
        max_length=120, help_text="Such as the number on the bank statement."
    )
    at = forms.DateTimeField(label="Received", widget=MomentInput)
    is_more_meant = forms.BooleanField(label="More than is open", required=False)


class RefundForm(forms.Form):
    amount = amount_field()
    reference = forms.CharField(
        max_length=120, help_text="Such as the number on the bank statement."
    )
    reason = forms.CharField(max_length=300)
    at = forms.DateTimeField(label="Paid back", widget=MomentInput)


class CreditForm(forms.Form):
    amount = amount_field("Tax included.")
    reason = forms.CharField(max_length=300, help_text="Printed on the credit note.")


class CorrectionForm(forms.Form):
    name = forms.CharField(max_length=160, label="Legal name")
    address = forms.CharField(max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    tax_number = forms.CharField(max_length=60, required=False, label="VAT or tax number")
    reason = forms.CharField(max_length=300)


FORMS: dict[str, type[forms.Form]] = {
    "payment": PaymentForm,
    "refund": RefundForm,
    "credit": CreditForm,
    "correction": CorrectionForm,
}
HEADINGS = {
    "payment": "Note payment",
    "refund": "Note refund",
    "credit": "Issue credit note",
    "correction": "Reissue invoice to another name or address",
}
PERMISSIONS = {
    "payment": "advertising.add_payment",
    "refund": "advertising.add_refund",
    "credit": "advertising.add_credit",
    "correction": "advertising.add_correctedinvoice",
    "reverse": "advertising.add_reversal",
}


class OpenFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "To be paid"), ("overdue", "Overdue"), ("refund", "Refund due")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return accounts.in_state(queryset, self.value() or "")


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin[Order]):
    change_list_template = "admin/orders_list.html"
    list_display = ("number", "advertiser", "placed_at", "due_on", "sum", "open", "state_in_words")
    list_filter = (OpenFilter, "currency")
    list_select_related = ("advertiser",)
    search_fields = ("number", "advertiser__name", "corrections__number", "purchase_order")
    date_hierarchy = "placed_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).prefetch_related(*ENTRIES)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Entries are added to an order; itself it never changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="total")
    def sum(self, order: Order) -> str:
        return written(order.total, order.currency)

    @admin.display(description="balance")
    def open(self, order: Order) -> str:
        return written(order.balance, order.currency)

    @admin.display(description="state")
    def state_in_words(self, order: Order) -> str:
        return order.state()[1]

    def get_urls(self) -> list[Any]:
        def view(function: Callable[..., Any], *methods: str) -> Any:
            return self.admin_site.admin_view(
                require_http_methods(["GET", "HEAD", *methods])(function)
            )

        return [
            path("accounts/", view(self.accounts_view), name="advertising_order_accounts"),
            path("accounts.csv", view(self.export_view), name="advertising_order_export"),
            path(
                "<key:pk>/change/", view(self.order_view, "POST"), name="advertising_order_change"
            ),
            *super().get_urls(),
        ]

    # --- One order ----------------------------------------------------------------------------

    def order_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Its documents, its journal, and what may be added to it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        order = get_object_or_404(self.get_queryset(request).select_related("advertiser"), pk=pk)
        wanted = request.POST.get("do", "") if request.method == "POST" else ""
        bound = {name: form(request.POST) for name, form in FORMS.items() if name == wanted}
        if wanted and self.act(request, order, wanted, bound.get(wanted)):
            return redirect("admin:advertising_order_change", pk)
        entries = journal.entries(order)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Order {order.number}",
            "opts": self.model._meta,
            "order": order,
            "statement": journal.statement(order),
            "entries": entries,
            "balances": journal.balances(entries),
            "reversible": self.reversible(order),
            "additions": [
                (name, HEADINGS[name], form)
                for name, form in {**self.unbound(order), **bound}.items()
                if request.user.has_perm(PERMISSIONS[name])
            ],
            "may_reverse": request.user.has_perm(PERMISSIONS["reverse"]),
            "opened": wanted,
        }
        return render(request, "admin/order.html", context, status=400 if wanted else 200)

    def unbound(self, order: Order) -> dict[str, forms.Form]:
        now = timezone.now()
        buyer = {name: order.buyer.get(name, "") for name in ("name", "address", "tax_number")}
        return {
            "payment": PaymentForm(initial={"at": now, "amount": max(order.balance, 0)}),
            "refund": RefundForm(initial={"at": now, "amount": max(-order.balance, 0)}),
            "credit": CreditForm(),
            "correction": CorrectionForm(initial=buyer),
        }

    def reversible(self, order: Order) -> list[tuple[str, Any]]:
        """Entries that were typed by hand and stand."""
        typed: list[tuple[str, Any]] = [
            *(("payment", each) for each in order.receipts.all() if each.provider == "transfer"),
            *(("refund", each) for each in order.refunds.all() if each.provider == "transfer"),
            *(("credit", each) for each in order.credits.all() if each.kind == "goodwill"),
        ]
        return [(name, each) for name, each in typed if not hasattr(each, "reversal")]

    def act(self, request: HttpRequest, order: Order, wanted: str, form: forms.Form | None) -> bool:
        """Add an entry. False where a form must be shown again; what was typed stays in it."""
        if wanted not in PERMISSIONS or not request.user.has_perm(PERMISSIONS[wanted]):
            raise PermissionDenied
        if form is not None and not form.is_valid():
            return False
        try:
            done = _ACTIONS[wanted](request, order, form.cleaned_data if form else {})
        except ValidationError as error:
            if form is not None:
                form.add_error(None, error)
            else:
                messages.error(request, " ".join(error.messages))
            return form is None
        self.log_change(request, order, done)
        messages.success(request, done)
        return True

    # --- All orders ---------------------------------------------------------------------------

    def accounts_view(self, request: HttpRequest) -> HttpResponse:
        """Revenue by month and currency, with what is open."""
        if not request.user.has_perm("advertising.view_providerevent"):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Revenue",
            "opts": self.model._meta,
            "months": accounts.by_month(accounts.first_of_month(12)),
            "open": accounts.open_by_currency(),
        }
        return render(request, "admin/accounts.html", context)

    def export_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """Every document of a month, or of the last twelve, for the accountant."""
        if not request.user.has_perm("advertising.view_providerevent"):
            raise PermissionDenied
        month = accounts.month_of(request.GET.get("month", ""))
        first = month or accounts.first_of_month(12)
        until = accounts.after_month(month) if month else timezone.now().date() + timedelta(days=1)
        response = StreamingHttpResponse(
            as_csv(accounts.documents(first, until)), content_type="text/csv; charset=utf-8"
        )
        name = f"accounts-{first:%Y-%m}" if month else f"accounts-since-{first:%Y-%m}"
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response


def _note_payment(request: HttpRequest, order: Order, data: dict[str, Any]) -> str:
    payment = payments.note_payment(order, by=signed_in(request), **data)
    return f"Payment of {written(payment.amount, order.currency)} noted."


def _note_refund(request: HttpRequest, order: Order, data: dict[str, Any]) -> str:
    refund = payments.note_refund(order, by=signed_in(request), **data)
    return f"Refund of {written(refund.amount, order.currency)} noted."


def _credit(request: HttpRequest, order: Order, data: dict[str, Any]) -> str:
    credit = credit_notes.goodwill(order, by=signed_in(request), **data)
    return f"Credit note {credit.number} of {written(credit.amount, order.currency)} issued."


def _correct(request: HttpRequest, order: Order, data: dict[str, Any]) -> str:
    reason = data.pop("reason")
    correction = corrections.reissue(order, data, reason, signed_in(request))
    return f"Invoice {correction.number} issued in place of {correction.replaces}."


def _reverse(request: HttpRequest, order: Order, data: dict[str, Any]) -> str:
    model = REVERSIBLE.get(request.POST.get("what", ""))
    if model is None:
        raise ValidationError("Choose what to reverse.")
    pk = whole_number(request.POST.get("pk", "")) or 0
    entry: Any = get_object_or_404(model._default_manager, order=order, pk=pk)
    payments.reverse_entry(entry, request.POST.get("reason", ""), signed_in(request))
    return f"Reversed: {written(entry.amount, order.currency)}. Both entries stay in the journal."


_ACTIONS: dict[str, Callable[[HttpRequest, Order, dict[str, Any]], str]] = {
    "payment": _note_payment,
    "refund": _note_refund,
    "credit": _credit,
    "correction": _correct,
    "reverse": _reverse,
}
