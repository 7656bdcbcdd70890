"""Orders taken together: what is open, revenue by month, and the documents of a month for the
accountant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from advertising.billing.tax import country_name
from advertising.models import CorrectedInvoice, Credit, Order, Payment, Refund

HEADINGS = (
    *("Date", "Document", "Number", "Invoice", "Customer", "Country", "VAT or tax number"),
    *("Purchase order", "Currency", "Net", "Tax", "Tax rate", "Tax category", "Total", "Text"),
)


# --- What is open -----------------------------------------------------------------------------


def with_balance(orders: QuerySet[Order]) -> Any:
    """Each order with its balance as `open_amount`, worked out by the database."""

    def of(model: type[Credit | Payment | Refund]) -> Coalesce:
        rows = model.objects.filter(order=OuterRef("pk"), reversal=None).order_by()
        sums = rows.values("order").annotate(sum=Sum("amount")).values("sum")
        return Coalesce(Subquery(sums), Value(Decimal(0)), output_field=DecimalField())

    return orders.annotate(
        open_amount=F("subtotal") + F("tax") - of(Credit) - of(Payment) + of(Refund)
    )


def in_state(orders: QuerySet[Order], state: str) -> Any:
    found = with_balance(orders)
    if state == "open":
        return found.filter(open_amount__gt=0)
    if state == "overdue":
        return found.filter(open_amount__gt=0, due_on__lt=timezone.now().date())
    return found.filter(open_amount__lt=0) if state == "refund" else orders


def number_of_each_state() -> dict[str, int]:
    """Count the orders that are overdue and those with a refund due. One query."""
    is_overdue = Q(open_amount__gt=0, due_on__lt=timezone.now().date())
    found: dict[str, int] = with_balance(Order.objects.order_by()).aggregate(
        overdue=Count("pk", filter=is_overdue), refund=Count("pk", filter=Q(open_amount__lt=0))
    )
    return found


def open_by_currency() -> dict[str, Decimal]:
    rows = in_state(Order.objects.order_by(), "open").values_list("currency", "open_amount")
    sums: dict[str, Decimal] = {}
    for currency, amount in rows:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return sums


# --- Months -----------------------------------------------------------------------------------


@dataclass
class Month:
    first: date
    currency: str
    invoiced: Decimal = field(default_factory=Decimal)  # net
    credited: Decimal = field(default_factory=Decimal)  # net
    tax: Decimal = field(default_factory=Decimal)
    received: Decimal = field(default_factory=Decimal)  # less what went back

    @property
    def revenue(self) -> Decimal:
        return self.invoiced - self.credited


def first_of_month(months_ago: int = 0) -> date:
    today = timezone.now().date()
    year, month = divmod(today.year * 12 + today.month - 1 - months_ago, 12)
    return date(year, month + 1, 1)


def after_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def month_of(text: str) -> date | None:
    """2026-11 as the first of November; None where it is no month."""
    found = re.fullmatch(r"(2\d{3})-(0[1-9]|1[0-2])", text, re.ASCII)
    return date(int(found[1]), int(found[2]), 1) if found else None


def by_month(since: date) -> list[Month]:
    """Newest first, one for each currency. A reversed entry counts in neither month."""
    months: dict[tuple[date, str], Month] = {}

    def of(at: datetime, currency: str) -> Month:
        first = at.date().replace(day=1)
        return months.setdefault((first, currency), Month(first, currency))

    begins = datetime.combine(since, time(), tzinfo=UTC)
    for order in Order.objects.filter(placed_at__gte=begins).order_by():
        month = of(order.placed_at, order.currency)
        month.invoiced += order.subtotal
        month.tax += order.tax
    for credit in Credit.objects.filter(at__gte=begins, reversal=None).select_related("order"):
        month = of(credit.at, credit.order.currency)
        month.credited += credit.net
        month.tax -= credit.tax
    for sign, model in ((1, Payment), (-1, Refund)):
        rows = model.objects.filter(at__gte=begins, reversal=None).select_related("order")
        for moved in rows:
            of(moved.at, moved.order.currency).received += sign * moved.amount
    return sorted(months.values(), key=lambda month: (month.first, month.currency), reverse=True)


# --- Documents --------------------------------------------------------------------------------


def documents(first: date, until: date) -> Iterator[list[object]]:
    """A row for each document from a day on and before another, after the headings."""
    yield list(HEADINGS)
    begins, ends = (datetime.combine(day, time(), tzinfo=UTC) for day in (first, until))
    orders = Order.objects.filter(placed_at__gte=begins, placed_at__lt=ends)
    for order in orders.prefetch_related("corrections").order_by("placed_at", "pk").iterator(500):
        yield _row(order, order.placed_at, "Invoice", order.number, order.subtotal, order.tax)
    between = {"at__gte": begins, "at__lt": ends}
    corrected = CorrectedInvoice.objects.filter(**between).select_related("order")
    for each in corrected.order_by("at", "pk"):
        text = f"In place of {each.replaces}: {each.reason}"
        yield _row(each.order, each.at, "Corrected invoice", each.number, text=text)
    for credit in Credit.objects.filter(**between).select_related("order").order_by("at", "pk"):
        number, reason = credit.number or "", credit.reason
        yield _row(
            credit.order, credit.at, "Credit note", number, -credit.net, -credit.tax, text=reason
        )
    for sign, model in ((1, Payment), (-1, Refund)):
        rows = model.objects.filter(**between).select_related("order").order_by("at", "pk")
        for moved in rows:
            kind = "Payment" if isinstance(moved, Payment) else moved.get_kind_display()
            text = moved.get_provider_display()
            yield _row(
                moved.order, moved.at, kind, moved.reference, total=sign * moved.amount, text=text
            )
    yield from _reversals(begins, ends)


def _reversals(begins: datetime, ends: datetime) -> Iterator[list[object]]:
    for sign, model in ((-1, Payment), (1, Refund), (1, Credit)):
        rows = model.objects.filter(reversal__at__gte=begins, reversal__at__lt=ends)
        for entry in rows.select_related("order", "reversal").order_by("reversal__at", "pk"):
            number = entry.number if isinstance(entry, Credit) else entry.reference
            net, tax = (entry.net, entry.tax) if isinstance(entry, Credit) else (None, None)
            yield _row(
                entry.order,
                entry.reversal.at,
                f"Reversal of {model._meta.verbose_name}",
                number or "",
                net=net,
                tax=tax,
                total=sign * entry.amount,
                text=entry.reversal.reason,
            )


def _row(
    order: Order,
    at: datetime,
    kind: str,
    number: str,
    net: Decimal | None = None,
    tax: Decimal | None = None,
    total: Decimal | None = None,
    text: str = "",
) -> list[object]:
    buyer = order.buyer
    if total is None and net is not None and tax is not None:
        total = net + tax
    return [
        *(f"{at:%Y-%m-%d}", kind, number, order.number, buyer.get("name", "")),
        *(country_name(buyer.get("country", "")), buyer.get("tax_number", "")),
        *(order.purchase_order, order.currency, net, tax),
        *(order.tax_percent.normalize(), order.terms.get("tax_kind", ""), total, text),
    ]
