"""Credits: for runs that fell short, and for what was ordered and does not run."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django_tasks import task

from advertising.billing import billing_mails
from advertising.billing.amounts import net_within, share, tax_on
from advertising.billing.orders import next_number
from advertising.delivery import newsletter_slot, run_time
from advertising.delivery.slots import NEWSLETTER_SLOT
from advertising.models import (
    Action,
    Credit,
    CreditNoteSequence,
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
NOTHING = "it did not run"


def cost_of(placement: Placement) -> tuple[Order, Decimal] | None:
    """The order of a placement and what it cost there before tax; None for one that nobody
    ordered.
    """
    ordered = OrderedPlacement.objects.filter(placement=placement).select_related("order").first()
    if ordered is None:
        return None
    lines = OrderLine.objects.filter(order=ordered.order, placement=placement)
    return ordered.order, lines.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def delivered(placement: Placement) -> int:
    """Billable viewable impressions of the whole run."""
    lines = DailyCount.objects.filter(placement=placement, action=Action.VIEWABLE, reason="")
    return lines.aggregate(sum=Sum("number"))["sum"] or 0


def would_credit(placement: Placement) -> Decimal:
    """The amount that `credit_rest` would give back now, with tax."""
    cost = cost_of(placement)
    if cost is None or _is_credited(placement):
        return Decimal(0)
    return sum(_taxed(cost[0], share(cost[1], *_share_left(placement))), Decimal(0))


def credit_rest(
    placement: Placement, by: "User | None", kind: Credit.Kind, reason: str
) -> Credit | None:
    """Give back what was paid for and not delivered. Called in the transaction of what it follows
    from.
    """
    cost = cost_of(placement)
    if cost is None:
        return None
    order = Order.objects.select_for_update(of=("self",)).get(pk=cost[0].pk)
    if _is_credited(placement):
        return None
    net, tax = _taxed(order, share(cost[1], *_share_left(placement)))
    return _issue(order, net, tax, kind=kind, reason=reason, by=by, placement=placement)


def goodwill(order: Order, amount: Decimal, reason: str, by: "User | None") -> Credit:
    """Take an amount, tax included, off an order. Raises ValidationError where less is left of it."""
    if not reason.strip():
        raise ValidationError("Write a reason: it is printed on the credit note.")
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        net_left, tax_left = _left(locked)
        if amount > net_left + tax_left:
            raise ValidationError("That is more than is left of this invoice to be credited.")
        tax = amount - net_within(amount, locked.tax_percent)
        tax = min(max(tax, amount - net_left), tax_left)
        credit = _issue(
            locked, amount - tax, tax, kind=Credit.Kind.GOODWILL, reason=reason.strip(), by=by
        )
    if credit is None:
        raise ValidationError("Give an amount above zero.")
    return credit


def _is_credited(placement: Placement) -> bool:
    return Credit.objects.filter(placement=placement, kind__in=AUTOMATIC).exists()


def _issue(
    order: Order,
    net: Decimal,
    tax: Decimal,
    *,
    kind: Credit.Kind,
    reason: str,
    by: "User | None",
    placement: Placement | None = None,
) -> Credit | None:
    """A credit note with the next number; none over nothing. The order is locked by the caller."""
    if net + tax <= 0:
        return None
    credit = Credit.objects.create(
        order=order,
        number=f"CN-{next_number(CreditNoteSequence, timezone.now().year)}",
        placement=placement,
        kind=kind,
        amount=net + tax,
        tax=tax,
        reason=reason[:300],
        by=by,
    )
    transaction.on_commit(lambda: billing_mails.credited(credit))
    return credit


def _left(order: Order) -> tuple[Decimal, Decimal]:
    """The rest of an invoice that can be credited: net and tax."""
    standing = [each for each in order.credits.all() if not hasattr(each, "reversal")]
    net = order.subtotal - sum((each.net for each in standing), Decimal(0))
    tax = order.tax - sum((each.tax for each in standing), Decimal(0))
    return max(net, Decimal(0)), max(min(tax, net + tax), Decimal(0))


def _taxed(order: Order, net: Decimal) -> tuple[Decimal, Decimal]:
    """A net amount with its tax. The last of an invoice takes the last cent of its tax along, so that
    credits of everything are the invoice.
    """
    net_left, tax_left = _left(order)
    if net >= net_left:
        return net_left, tax_left
    return net, min(tax_on(net, order.tax_percent), tax_left)


def _was_got(placement: Placement) -> bool:
    """By its mails; or by the ledger, which stays when these are forgotten."""
    counted = DailyCount.objects.filter(
        placement=placement, slot=NEWSLETTER_SLOT, action=Action.OFFERED
    )
    return newsletter_slot.was_got(placement.pk) or counted.exists()


def bought(placement: Placement) -> int | None:
    """Viewable impressions as they were ordered, whatever the desk set later; None where it was not
    sold by them.
    """
    ordered = OrderedPlacement.objects.filter(placement=placement).first()
    return ordered.goal if ordered and ordered.goal else placement.goal


def _share_left(placement: Placement) -> tuple[int, int]:
    """The part that did not run, as parts of a whole: of its impressions or its days; all of what was never
    published, or of a newsletter nobody got.
    """
    if placement.approved_creative_id is None:
        return 1, 1
    if placement.product == Product.NEWSLETTER:
        return (0 if _was_got(placement) else 1), 1
    if placement.product == Product.PRESS_RELEASE:
        # It stays where it was published: from then on it is delivered.
        return (0 if run_time.has_run(placement) else 1), 1
    if number := bought(placement):
        return max(number - delivered(placement), 0), number
    days = run_time.days_booked(placement)
    return days - run_time.days_ran(placement), days


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
    went_on = went_on.exclude(placement__status="rejected").filter(placement__stopped_at=None)
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


def what_ran(placement: Placement) -> str:
    """The reason that a credit note gives."""
    left, whole = _share_left(placement)
    if left == whole:
        return NOTHING
    if bought(placement):
        return f"{whole - left:,} of {whole:,} viewable impressions delivered"
    return f"it ran on {whole - left} of {whole} days"


def credit_stopped(placement: Placement, by: "User | None") -> Credit | None:
    """Give back what a placement that was taken off did not run."""
    reason = f"{placement.title}: {what_ran(placement)}"
    return credit_rest(placement, by, Credit.Kind.REJECTED, reason)


def credit(shortfall: Shortfall, by: "User") -> Credit | None:
    """Give back the share that was not delivered."""
    with transaction.atomic():
        locked = _answer(shortfall, by, Shortfall.Answer.CREDIT)
        reason = f"{locked.placement.title}: {locked.delivered:,} of {locked.bought:,} viewable impressions delivered"
        return credit_rest(locked.placement, by, Credit.Kind.SHORTFALL, reason)


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
