"""Money that comes in and goes back: noted once each, by hand or told by a provider of card
payments.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

from advertising.billing import billing_mails
from advertising.billing.amounts import written
from advertising.billing.payment_events import Movement, PaymentEvent, PaymentProvider
from advertising.models import (
    Checkout,
    Credit,
    Order,
    Payment,
    PaymentProviderName,
    ProviderEvent,
    Refund,
    Reversal,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# A page of the provider takes money for so long; a little less than its own minimum of half an hour
# and a minute.
OPEN_FOR = timedelta(minutes=30)
FAILED_REFUND = "failed:"
WAITS = "waits for its payment"
STRIPE = "advertising.billing.stripe_checkout.StripeCheckout"


def provider() -> PaymentProvider | None:
    """The provider that the settings name; none by default, and then orders are paid by
    transfer.
    """
    if not settings.STRIPE_SECRET_KEY:
        return None
    # By its name, since its library takes memory that most sites do not need.
    found: PaymentProvider = import_string(STRIPE)()
    return found


def begin_checkout(order: Order) -> Checkout:
    """Ask for a page on which what is open can be paid. The worker fetches its address."""
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        since = timezone.now() - OPEN_FOR
        open_pages = locked.checkouts.filter(
            amount=locked.balance, problem="", created_at__gte=since
        )
        if checkout := open_pages.order_by("-pk").first():
            return (
                checkout  # The page that is open already: nobody is asked for the same money twice.
            )
        checkout = Checkout.objects.create(order=locked, amount=locked.balance)
        transaction.on_commit(lambda: fetch_page.enqueue(checkout.pk))
    return checkout


@task()
def fetch_page(checkout_id: int) -> None:
    checkout = Checkout.objects.select_related("order").get(pk=checkout_id)
    cards = provider()
    if cards is None or checkout.url:
        return
    try:
        checkout.url = cards.checkout_page(checkout)
    except Exception as error:
        checkout.problem = str(error)[:200]
        checkout.save(update_fields=["problem"])
        raise
    checkout.save(update_fields=["url"])


def handle_event(told: PaymentEvent, by: str) -> str:
    """Act on what a provider told us, once, however often and in which order it says so. Returns
    what came of it.
    """
    try:
        with transaction.atomic():
            event = ProviderEvent.objects.create(
                provider=by, key=told.key[:120], kind=told.kind[:80], outcome=""
            )
            _carry_out(event, told)
            return event.outcome
    except IntegrityError:
        return "known already"


def _carry_out(event: ProviderEvent, told: PaymentEvent) -> None:
    """Note the money of a message, and that of those that waited for it."""
    if told.amount is not None:
        event.intent, event.message = told.intent[:120], _as_data(told)
        event.save(update_fields=["intent", "message"])
    event.outcome, order = _outcome(told, event.provider)
    event.save(update_fields=["outcome"])
    if told.movement == Movement.PAID and order and told.intent:
        waiting = ProviderEvent.objects.filter(
            provider=event.provider, intent=told.intent[:120], outcome=WAITS
        )
        for each in waiting.order_by("pk"):
            _carry_out(each, _from_data(each.message))


def _outcome(told: PaymentEvent, by: str) -> tuple[str, Order | None]:
    """Words for what came of a message, and the order that it is about, if that is known."""
    if told.amount is None:
        return "nothing to do", None
    order = _order_of(told)
    if order is None:
        is_early = told.movement != Movement.PAID and told.intent and not told.order
        return (WAITS if is_early else "no such order"), None
    if told.currency.upper() != order.currency:
        return (
            f"in {told.currency.upper()[:10]}, not in {order.currency}: for a person to look at",
            order,
        )
    if told.amount <= 0 and told.movement != Movement.REFUNDED_SO_FAR:
        return "nothing was paid", order
    return _CARRY_OUT[told.movement](order, told, by), order


def _order_of(told: PaymentEvent) -> Order | None:
    """By its number; or, in a message about a payment that we know, by that. Locked."""
    orders = Order.objects.select_for_update(of=("self",))
    if told.order:
        return orders.filter(number=told.order).first()
    if not told.intent or told.movement == Movement.PAID:
        return None
    known = Payment.objects.filter(intent=told.intent[:120]).values("order")
    return orders.filter(pk__in=known).first()


def _note_payment(order: Order, told: PaymentEvent, by: str) -> str:
    if Payment.objects.filter(provider=by, reference=told.reference).exists():
        return "noted already"
    payment = Payment.objects.create(
        order=order,
        provider=by,
        reference=told.reference,
        intent=told.intent[:120],
        amount=cast(Decimal, told.amount),
    )
    transaction.on_commit(lambda: billing_mails.paid(payment))
    return "noted"


def _note_refund(order: Order, told: PaymentEvent, by: str) -> str:
    """Record what was refunded and is not known yet, and what of it came back.

    A message says how much was refunded so far: after some that failed, less than before. So all
    messages about the payment are read together, and come to the same in every order.
    """
    if not told.intent:
        return "names no payment: for a person to look at"
    totals, failed = _refund_messages(told.intent, by)
    noted = False
    for failure in failed.values():
        noted |= _note_failed_refund(order, failure, by)
    sent = [
        cast(Decimal, total.amount)
        + sum((f.amount or Decimal(0) for f in failed.values() if f.at < total.at), Decimal(0))
        for total in totals
    ]
    sent.append(sum((f.amount or Decimal(0) for f in failed.values()), Decimal(0)))
    known = Refund.objects.filter(provider=by, intent=told.intent[:120], kind=Refund.Kind.REFUND)
    missing = max(sent) - (known.aggregate(sum=Sum("amount"))["sum"] or Decimal(0))
    if missing > 0:
        refund = Refund.objects.create(
            order=order,
            provider=by,
            reference=told.key[:120],
            intent=told.intent[:120],
            amount=missing,
            reason="Refunded at the card provider",
        )
        transaction.on_commit(lambda: billing_mails.refunded(refund))
    return "refund noted" if noted or missing > 0 else "noted already"


def _refund_messages(intent: str, by: str) -> tuple[list[PaymentEvent], dict[str, PaymentEvent]]:
    """The total refunded of a payment so far, as it was told again and again; and each refund that
    failed, by its name.
    """
    told = ProviderEvent.objects.filter(provider=by, intent=intent[:120]).exclude(message=None)
    events = [_from_data(event.message) for event in told]
    totals = [each for each in events if each.movement == Movement.REFUNDED_SO_FAR]
    failed = [each for each in events if each.movement == Movement.REFUND_FAILED]
    return totals, {each.reference: each for each in failed}


def _note_failed_refund(order: Order, told: PaymentEvent, by: str) -> bool:
    """Money that was sent back and came again. True when it is new."""
    reference = f"{FAILED_REFUND}{told.reference}"[:120]
    if Payment.objects.filter(provider=by, reference=reference).exists():
        return False
    Payment.objects.create(
        order=order,
        provider=by,
        reference=reference,
        intent=told.intent[:120],
        amount=cast(Decimal, told.amount),
    )
    return True


def _note_chargeback(order: Order, told: PaymentEvent, by: str) -> str:
    if Refund.objects.filter(provider=by, reference=told.reference).exists():
        return "noted already"
    _chargeback(order, told, by)
    return "chargeback noted"


def _note_chargeback_won(order: Order, told: PaymentEvent, by: str) -> str:
    """The opposite of the chargeback, whichever of the two is told first."""
    taken = Refund.objects.filter(provider=by, reference=told.reference).first()
    taken = taken or _chargeback(order, told, by)
    if hasattr(taken, "reversal"):
        return "noted already"
    Reversal.objects.create(refund=taken, reason="The chargeback was decided in our favour")
    return "chargeback reversed"


def _chargeback(order: Order, told: PaymentEvent, by: str) -> Refund:
    taken: Refund = Refund.objects.create(
        order=order,
        kind=Refund.Kind.CHARGEBACK,
        provider=by,
        reference=told.reference[:120],
        intent=told.intent[:120],
        amount=cast(Decimal, told.amount),
        reason="Disputed by the card’s owner",
    )
    return taken


_CARRY_OUT: Mapping[Movement, Callable[[Order, PaymentEvent, str], str]] = {
    Movement.PAID: _note_payment,
    Movement.REFUNDED_SO_FAR: _note_refund,
    Movement.REFUND_FAILED: _note_refund,
    Movement.CHARGED_BACK: _note_chargeback,
    Movement.CHARGEBACK_WON: _note_chargeback_won,
}


def _as_data(told: PaymentEvent) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(told).items() if value is not None}


def _from_data(data: dict[str, str]) -> PaymentEvent:
    amount = Decimal(data["amount"]) if "amount" in data else None
    read = {"movement": Movement(data["movement"]), "amount": amount, "at": int(data["at"])}
    return PaymentEvent(**{**data, **read})  # type: ignore[arg-type]


# --- By hand ----------------------------------------------------------------------------------


def note_payment(
    order: Order,
    amount: Decimal,
    reference: str,
    at: datetime,
    by: "User",
    *,
    is_more_meant: bool = False,
) -> Payment:
    """A transfer that came. Raises ValidationError: a reference is noted once, and more than is open
    only when it is meant.
    """
    _check_amount(amount)
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        if amount > max(locked.balance, Decimal(0)) and not is_more_meant:
            open_now = written(max(locked.balance, Decimal(0)), locked.currency)
            raise ValidationError(
                f"Only {open_now} is open. Tick “More than is open” if this is what came."
            )
        _refuse_known(Payment, reference)
        payment: Payment = Payment.objects.create(
            order=locked, amount=amount, reference=reference.strip(), at=at, by=by
        )
        transaction.on_commit(lambda: billing_mails.paid(payment))
    return payment


def note_refund(
    order: Order, amount: Decimal, reference: str, reason: str, at: datetime, by: "User"
) -> Refund:
    """A transfer back to the advertiser, no more than they paid. Raises ValidationError."""
    _check_amount(amount)
    if not reason.strip():
        raise ValidationError("Write a reason: it stands in the order’s journal.")
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        if amount > locked.paid:
            raise ValidationError(
                f"Only {written(locked.paid, locked.currency)} was paid and not paid back yet."
            )
        _refuse_known(Refund, reference)
        refund: Refund = Refund.objects.create(
            order=locked,
            amount=amount,
            reference=reference.strip(),
            reason=reason.strip()[:300],
            at=at,
            by=by,
        )
        transaction.on_commit(lambda: billing_mails.refunded(refund))
    return refund


def reverse_entry(entry: Payment | Refund | Credit, reason: str, by: "User") -> Reversal:
    """Undo an entry that was typed wrong by its opposite. Both stay. Raises ValidationError."""
    if not reason.strip():
        raise ValidationError("Write a reason: it stands in the order’s journal.")
    if isinstance(entry, Credit) and entry.kind != Credit.Kind.GOODWILL:
        raise ValidationError("Only a credit out of goodwill can be reversed.")
    if not isinstance(entry, Credit) and entry.provider != PaymentProviderName.TRANSFER:
        raise ValidationError("What the card provider told us is reversed by what it tells us.")
    name = type(entry).__name__.lower()
    with transaction.atomic():
        Order.objects.select_for_update(of=("self",)).get(pk=entry.order_id)
        if Reversal.objects.filter(**{name: entry}).exists():
            raise ValidationError("This was reversed already.")
        reversal: Reversal = Reversal.objects.create(
            **{name: entry}, reason=reason.strip()[:300], by=by
        )
    return reversal


def _check_amount(amount: Decimal) -> None:
    if amount <= 0:
        raise ValidationError("Give an amount above zero.")


def _refuse_known(model: type[Payment | Refund], reference: str) -> None:
    """A reference that was reversed may be noted again, under another name."""
    if not reference.strip():
        raise ValidationError("Give the reference, such as the number on the bank statement.")
    known = model.objects.filter(provider=PaymentProviderName.TRANSFER, reference=reference.strip())
    if known.exists():
        raise ValidationError(f"“{reference.strip()}” was noted already.")
