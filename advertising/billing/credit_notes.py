"""Credits: for runs that fell short, and for what was ordered and does not run."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django_tasks import task

from advertising.billing import rates
from advertising.delivery import newsletter_slot
from advertising.models import (
    Action,
    Credit,
    DailyCount,
    Order,
    OrderedPlacement,
    OrderLine,
    Placement,
    Product,
    Shortfall,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LOOK_BACK = timedelta(days=60)
LONGEST_MAKE_GOOD = timedelta(days=90)
# Beacons of the last minutes may still come; less than this is not worth a newsletter.
SETTLED_AFTER = timedelta(days=1, hours=4)
AUTOMATIC = (Credit.Kind.SHORTFALL, Credit.Kind.REJECTED)
SMALLEST_SHARE = Decimal("0.01")


def cost_of(placement: Placement) -> tuple[Order, Decimal] | None:
    """The order of a placement and what it cost there with tax; None for one that nobody
    ordered.
    """
    ordered = OrderedPlacement.objects.filter(placement=placement).select_related("order").first()
    if ordered is None:
        return None
    lines = OrderLine.objects.filter(order=ordered.order, placement=placement)
    amount = lines.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    percent = Decimal(ordered.order.terms.get("tax_percent") or 0)
    return ordered.order, rates.rounded(amount * (1 + percent / 100))


def delivered(placement: Placement) -> int:
    """Billable viewable impressions of the whole run."""
    lines = DailyCount.objects.filter(placement=placement, action=Action.VIEWABLE, reason="")
    return lines.aggregate(sum=Sum("number"))["sum"] or 0


def credit_rest(
    placement: Placement, by: "User | None", kind: Credit.Kind, reason: str
) -> Credit | None:
    """Give back what was paid for and not delivered. Called in the transaction of what it follows
    from.
    """
    cost = cost_of(placement)
    if cost is None or Credit.objects.filter(placement=placement, kind__in=AUTOMATIC).exists():
        return None
    order, amount = cost
    order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    # Never more than is left of the invoice: each line’s tax is rounded, and goodwill may have come
    # before.
    back = min(rates.rounded(amount * _share_left(placement)), order.total - order.credited)
    if back <= 0:
        return None
    return Credit.objects.create(
        order=order, placement=placement, kind=kind, amount=back, reason=reason, by=by
    )


def bought(placement: Placement) -> int | None:
    """Viewable impressions as they were ordered, whatever the desk set later; None where it was not
    sold by them.
    """
    ordered = OrderedPlacement.objects.filter(placement=placement).first()
    return ordered.goal if ordered and ordered.goal else placement.goal


def _share_left(placement: Placement) -> Decimal:
    """From 0 to 1: of its impressions, or where it was not sold by them, of its days; all of a
    newsletter nobody got.
    """
    if placement.product == Product.NEWSLETTER:
        return Decimal(0 if newsletter_slot.was_got(placement.pk) else 1)
    number = bought(placement)
    if number:
        return max(Decimal(number - delivered(placement)) / number, Decimal(0))
    first, last = placement.run
    today = timezone.now().date()
    days, over = (last - first).days + 1, (today - first).days + 1
    return Decimal(days - min(max(over, 0), days)) / days


@task()
def find_shortfalls() -> int:
    """Note each run that ended with less than was bought, once. Returns how many are new."""
    settled = (timezone.now() - SETTLED_AFTER).date()
    over = (
        Placement.objects.approved()
        .exclude(goal=None)
        .filter(
            ends_on__lte=settled,
            ends_on__gte=settled - LOOK_BACK,
            shortfall=None,
            advertiser__is_house=False,
        )
    )
    found = _reopened(settled)
    for placement in over:
        number, had = bought(placement) or 0, delivered(placement)
        if number - had > number * SMALLEST_SHARE:
            _, is_new = Shortfall.objects.get_or_create(
                placement=placement, defaults={"delivered": had, "bought": number}
            )
            found += is_new
    return found


def _reopened(settled: date) -> int:
    """Runs that went on and still fell short wait for the desk again. Returns how many."""
    found = 0
    went_on = Shortfall.objects.filter(
        answer=Shortfall.Answer.MAKE_GOOD, placement__ends_on__lte=settled
    )
    went_on = went_on.exclude(placement__status="rejected")
    for shortfall in went_on.filter(placement__ends_on__gte=settled - LOOK_BACK).select_related(
        "placement"
    ):
        had = delivered(shortfall.placement)
        if shortfall.bought - had > shortfall.bought * SMALLEST_SHARE:
            again = Shortfall.objects.filter(pk=shortfall.pk, answer=Shortfall.Answer.MAKE_GOOD)
            found += again.update(answer="", delivered=had)
        else:
            Shortfall.objects.filter(pk=shortfall.pk).update(
                answer=Shortfall.Answer.DELIVERED, delivered=had
            )
    return found


def credit(shortfall: Shortfall, by: "User") -> Credit | None:
    """Give back the share that was not delivered."""
    with transaction.atomic():
        locked = _answer(shortfall, by, Shortfall.Answer.CREDIT)
        reason = f"{locked.placement.title}: {locked.delivered:,} of {locked.bought:,} viewable impressions delivered"
        return credit_rest(locked.placement, by, Credit.Kind.SHORTFALL, reason[:300])


def make_good(shortfall: Shortfall, by: "User", until: date) -> Placement:
    """Let the placement run on, so that the rest is delivered."""
    today = timezone.now().date()
    if not today < until <= today + LONGEST_MAKE_GOOD:
        raise ValidationError(f"Choose a day within the next {LONGEST_MAKE_GOOD.days} days.")
    with transaction.atomic():
        locked = _answer(shortfall, by, Shortfall.Answer.MAKE_GOOD)
        placement = Placement.objects.select_for_update(of=("self",)).get(pk=locked.placement_id)
        placement.ends_on = until
        placement.save(update_fields=["ends_on"])
    return placement


def _answer(shortfall: Shortfall, by: "User", answer: Shortfall.Answer) -> Shortfall:
    """Once, whoever presses what at the same time."""
    if not by.has_perm("advertising.review_placement"):
        raise PermissionDenied("Only the desk may decide on this.")
    answered = Shortfall.objects.filter(pk=shortfall.pk, answer="").update(answer=answer, by=by)
    if not answered:
        raise ValidationError("Somebody has decided on this already.")
    return Shortfall.objects.select_related("placement").get(pk=shortfall.pk)
