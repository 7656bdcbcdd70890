"""Placing an order: prices, terms and number as they are at that moment, for good."""

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django_tasks import task

from advertising.billing import rates
from advertising.delivery.slots import NEWSLETTER_SLOT
from advertising.models import (
    Advertiser,
    DailyCount,
    InvoiceSequence,
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


def place(advertiser: Advertiser, placements: Collection[int], by: "User | None") -> Order:
    """Order some of what `to_be_ordered` lists. Raises ValidationError, having changed nothing."""
    if by is not None and not _may_order(by, advertiser):
        raise PermissionDenied("Only an owner, or the desk, may order.")
    if advertiser.is_house:
        raise ValidationError("House placements are not sold.")
    try:
        with transaction.atomic():
            locked = Advertiser.objects.select_for_update(of=("self",)).get(pk=advertiser.pk)
            return _place(locked, placements, by)
    except IntegrityError:
        raise ValidationError(
            "One of these was ordered a moment ago. Look at your orders."
        ) from None


def _may_order(by: "User", advertiser: Advertiser) -> bool:
    if by.is_staff and by.has_perm("advertising.add_order"):
        return True
    membership = organisations.membership_of(by, advertiser)
    return membership is not None and membership.may_manage


def _place(advertiser: Advertiser, placements: Collection[int], by: "User | None") -> Order:
    # Locked: one that is rejected at this moment is either not ordered, or credited.
    wanted = to_be_ordered(advertiser).filter(pk__in=list(placements)[:MOST_LINES])
    chosen = list(wanted.select_for_update(of=("self",)))
    if not chosen or len(chosen) != len(set(placements)):
        raise ValidationError(
            "Choose what to order; what was ordered already is not there any more."
        )
    lines = [(placement, line) for placement in chosen for line in _priced(placement).lines]
    subtotal = sum((line.amount for _, line in lines), Decimal(0))
    terms, now = SalesTerms.objects.first() or SalesTerms(), timezone.now()
    order = Order.objects.create(
        advertiser=advertiser,
        number=_next_number(now.year),
        placed_by=by,
        placed_at=now,
        due_on=now.date() + timedelta(days=terms.days_to_pay),
        billed_to=_billed_to(advertiser),
        terms=_as_they_are(terms),
        subtotal=subtotal,
        tax=rates.rounded(subtotal * terms.tax_percent / 100),
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
    return order


def _priced(placement: Placement) -> rates.Price:
    price = rates.price_of(placement)
    if price is None:
        raise ValidationError(f"“{placement.title}” has no price yet. Write to the desk.")
    return price


def _next_number(year: int) -> str:
    """Under a lock, in the transaction of the order: a number that is not used is not lost."""
    InvoiceSequence.objects.get_or_create(year=year)
    numbers = InvoiceSequence.objects.select_for_update().get(year=year)
    numbers.last += 1
    numbers.save(update_fields=["last"])
    return f"{year}-{numbers.last:05}"


def _billed_to(advertiser: Advertiser) -> dict[str, str]:
    return {
        "name": advertiser.name,
        "address": advertiser.billing_address,
        "tax_number": advertiser.tax_number,
    }


def _as_they_are(terms: SalesTerms) -> dict[str, str]:
    names = ("seller", "address", "tax_number", "tax_name", "how_to_pay")
    return {name: getattr(terms, name) for name in names} | {"tax_percent": str(terms.tax_percent)}


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
        chosen = [
            each.pk
            for each in to_be_ordered(advertiser).filter(pk__in=running)
            if rates.price_of(each)
        ]
        if chosen:
            place(advertiser, chosen[:MOST_LINES], by=None)
            placed += 1
    return placed
