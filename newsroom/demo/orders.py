"""The demo’s terms of sale, and what its advertisers ordered and paid."""

from decimal import Decimal

from advertising.billing import credit_notes, orders
from advertising.models import Advertiser, Order, Payment, SalesTerms

TERMS = {
    "seller": "Finality Press",
    "address": "14 Counting House Row\nExample City",
    "country": "IE",
    "tax_number": "EX 000 111 222",
    "tax_name": "VAT",
    "tax_percent": 23,
    "how_to_pay": "By transfer to Finality Press, account 0000 1111 2222, with the number of this invoice.",
}
BILLED_TO = {
    "legal_name": "Palisade Custody Limited",
    "billing_address": "7 Bulwark Lane\nExample City",
    "country": "IE",
    "tax_number": "EX 333 444 555",
}
# One order each: the titles in it, and whether it was paid.
ORDERS = ((("The summer ledger",), True), (("Two sets of keys", "Two sets of keys, large"), False))
GOODWILL = Decimal("61.50")


def load() -> None:
    if Order.objects.exists():
        return
    SalesTerms.objects.get_or_create(defaults=TERMS)
    Advertiser.objects.filter(name="Palisade Custody").update(**BILLED_TO)
    palisade = Advertiser.objects.get(name="Palisade Custody")
    for titles, is_paid in ORDERS:
        chosen = orders.to_be_ordered(palisade).filter(title__in=titles)
        order = orders.place(palisade, [placement.pk for placement in chosen], by=None)
        if is_paid:
            Payment.objects.create(order=order, reference="S-2026-118", amount=order.total)
    credit_notes.goodwill(order, GOODWILL, "A late start, agreed with Mia Lund", by=None)
