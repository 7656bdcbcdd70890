"""Placing an order: prices, terms and number as they are at that moment, for good."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django_tasks import task

from advertising.billing import billing_mails, rates, tax
from advertising.billing.amounts import tax_on
from advertising.delivery.slots import NEWSLETTER_SLOT
from advertising.models import (
    Advertiser,
    DailyCount,
    InvoiceSequence,
    NumberSequence,
    Order,
    OrderedPlacement,
    OrderLine,
    Placement,
    Product,
    SalesTerms,
)
from advertising.organisations import membership as organisations

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What an editor approved and nobody ordered is ordered by itself after it began: nothing runs for
# nothing.
ORDERED_AFTER = timedelta(days=1)
MOST_LINES = 200


def to_be_ordered(advertiser: Advertiser) -> QuerySet[Placement]:
    """Return placements that were submitted, or approved and not rejected since, and belong to no
    order.
    """
    found = Placement.objects.sold().filter(advertiser=advertiser, ordered=None)
    return found.select_related("advertiser", "section").order_by("created_at", "pk")


def place(
    advertiser: Advertiser,
    placements: Collection[int],
    by: "User | None",
    purchase_order: str = "",
) -> Order:
    """Order some of what `to_be_ordered` lists. Raises ValidationError, having changed nothing."""
    if by is not None and not _may_order(by, advertiser):
        raise PermissionDenied("Only an owner, or the desk, may order.")
    if advertiser.is_house:
        raise ValidationError("House placements are not sold.")
    try:
        with transaction.atomic():
            locked = Advertiser.objects.select_for_update(of=("self",)).get(pk=advertiser.pk)
            if missing := tax.missing_for_invoice(locked):
                raise ValidationError(missing)
            return _place(locked, placements, by, purchase_order)
    except IntegrityError:
        raise ValidationError(
            "One of these was ordered a moment ago. Look at your orders."
        ) from None


def _may_order(by: "User", advertiser: Advertiser) -> bool:
    if by.is_staff and by.has_perm("advertising.add_order"):
        return True
    membership = organisations.membership_of(by, advertiser)
    return membership is not None and membership.may_manage


def _place(
    advertiser: Advertiser, placements: Collection[int], by: "User | None", purchase_order: str
) -> Order:
    # Locked: one that is rejected at this moment is either not ordered, or credited.
    wanted = to_be_ordered(advertiser).filter(pk__in=list(placements)[:MOST_LINES])
    chosen = list(wanted.select_for_update(of=("self",)))
    if not chosen or len(chosen) != len(set(placements)):
        raise ValidationError(
            "Choose what to order; what was ordered already is not there any more."
        )
    priced = [(placement, _priced(placement)) for placement in chosen]
    currencies = {price.currency for _, price in priced}
    if len(currencies) > 1:
        raise ValidationError("Order what is priced in one currency at a time.")
    lines = [(placement, line) for placement, price in priced for line in price.lines]
    subtotal = sum((line.amount for _, line in lines), Decimal(0))
    terms, now = SalesTerms.objects.first() or SalesTerms(), timezone.now()
    its_tax = tax.tax_on_sale(terms, advertiser)
    order = Order.objects.create(
        advertiser=advertiser,
        number=next_number(InvoiceSequence, now.year),
        placed_by=by,
        placed_at=now,
        due_on=now.date() + timedelta(days=terms.days_to_pay),
        currency=currencies.pop(),
        purchase_order=" ".join(purchase_order.split())[:60],
        billed_to=billed_to(advertiser),
        terms=_as_they_are(terms) | its_tax.as_terms,
        subtotal=subtotal,
        tax=tax_on(subtotal, its_tax.percent),
    )
    OrderedPlacement.objects.bulk_create(
        OrderedPlacement(order=order, placement=each, goal=each.goal) for each in chosen
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            placement=placement,
            position=place,
            label=f"{placement.title}: {line.label}"[:200],
            amount=line.amount,
        )
        for place, (placement, line) in enumerate(lines, 1)
    )
    transaction.on_commit(lambda: billing_mails.ordered(order))
    return order


def _priced(placement: Placement) -> rates.Price:
    price = rates.price_of(placement)
    if price is None:
        raise ValidationError(f"“{placement.title}” has no price yet. Write to the desk.")
    return price


def next_number(sequence: type[NumberSequence], year: int) -> str:
    """Under a lock, in the transaction of the document: a number that is not used is not lost."""
    sequence.objects.get_or_create(year=year)
    numbers = sequence.objects.select_for_update().get(year=year)
    numbers.last += 1
    numbers.save(update_fields=["last"])
    return f"{year}-{numbers.last:05}"


def billed_to(advertiser: Advertiser) -> dict[str, str]:
    """The buyer as an invoice names them."""
    return {
        "name": advertiser.legal_name or advertiser.name,
        "address": advertiser.billing_address,
        "region": advertiser.region,
        "country": advertiser.country,
        "tax_number": tax.eu_number(advertiser.country, advertiser.tax_number)
        or advertiser.tax_number,
    }


def _as_they_are(terms: SalesTerms) -> dict[str, str]:
    names = ("seller", "address", "region", "country", "tax_number", "how_to_pay")
    return {name: getattr(terms, name) for name in names}


@task()
def order_what_runs() -> int:
    """Order what was approved, has begun, and nobody ordered. Returns how many orders there
    were.
    """
    began = (timezone.now() - ORDERED_AFTER).date()
    placed = 0
    running = Placement.objects.approved().filter(
        ordered=None, starts_on__lte=began, advertiser__is_house=False
    )
    # What was approved before there were prices was paid for in another way.
    running = running.exclude(price_lines=[])
    # A day without a newsletter, or a newsletter that nobody got, is not paid for.
    shown = DailyCount.objects.filter(placement=OuterRef("pk"), slot=NEWSLETTER_SLOT)
    running = running.exclude(~Exists(shown), product=Product.NEWSLETTER)
    for advertiser in Advertiser.objects.filter(pk__in=running.values("advertiser")):
        if tax.missing_for_invoice(advertiser):
            continue  # An invoice without its buyer is none. The desk’s list of what to do says so.
        chosen: dict[str, list[int]] = defaultdict(list)
        for each in to_be_ordered(advertiser).filter(pk__in=running):
            if price := rates.price_of(each):
                chosen[price.currency].append(each.pk)
        for of_a_currency in chosen.values():
            place(advertiser, of_a_currency[:MOST_LINES], by=None)
            placed += 1
    return placed
