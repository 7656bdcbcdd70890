"""Mails about money: an order, a payment, money back, a credit note, and reminders of what is due."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from advertising.billing.amounts import written
from advertising.desk_mail import FINANCE, addresses_of
from advertising.models import Credit, Order, Payment, Refund, Reminder
from core import mail

# Days after an invoice is due on which it is asked for; before it, less than nothing.
REMINDERS = (-3, 7, 21)
MODELS: dict[str, type[Order | Payment | Refund | Credit]] = {
    "ordered": Order,
    "paid": Payment,
    "refunded": Refund,
    "credited": Credit,
    "due": Order,
}


def ordered(order: Order) -> None:
    """Tell the advertiser’s people, and finance."""
    _enqueue("ordered", order, order)
    _enqueue_for_desk("ordered", order)


def paid(payment: Payment) -> None:
    _enqueue("paid", payment, payment.order)


def refunded(refund: Refund) -> None:
    _enqueue("refunded", refund, refund.order)


def credited(credit: Credit) -> None:
    _enqueue("credited", credit, credit.order)
    _enqueue_for_desk("credited", credit)


def _enqueue(kind: str, about: Any, order: Order) -> None:
    for address in order.advertiser.addresses():
        mail_about.enqueue(kind, about.pk, address)


def _enqueue_for_desk(kind: str, about: Any) -> None:
    for address in addresses_of(FINANCE):
        mail_about.enqueue(kind, about.pk, address)


@task()
def mail_about(kind: str, pk: int, address: str) -> None:
    """One person’s mail, tried again by itself if the server refuses it."""
    about = MODELS[kind].objects.get(pk=pk)
    order = about if isinstance(about, Order) else about.order
    context = {"order": order, "about": about, "today": timezone.now().date()}
    subject = _SUBJECTS[kind].format(number=order.invoice_number, amount=_amount(about))
    mail.plain(address, subject, f"advertising/mail/{kind}.txt", context).send()


_SUBJECTS = {
    "ordered": "Invoice {number}: {amount}",
    "paid": "We received {amount} for invoice {number}",
    "refunded": "{amount} of invoice {number} was paid back",
    "credited": "Credit note of {amount} on invoice {number}",
    "due": "Invoice {number}: {amount} to pay",
}


def _amount(about: Any) -> str:
    if isinstance(about, Order):
        return written(about.balance, about.currency)
    return written(about.amount, about.order.currency)


@task()
def remind() -> int:
    """Ask for what is due, once before its day and twice after it. Returns how many were asked."""
    return sum(_remind_of(days) for days in REMINDERS)


def _remind_of(days: int) -> int:
    today = timezone.now().date()
    later = next((each for each in REMINDERS if each > days), None)
    due = Order.objects.filter(due_on__lte=today - timedelta(days=days)).exclude(
        reminders__days=days
    )
    if later is not None:  # What a later reminder is for is not asked for twice on one day.
        due = due.filter(due_on__gt=today - timedelta(days=later))
    else:
        due = due.filter(due_on__gt=today - timedelta(days=days + 60))
    due = due.prefetch_related("credits", "receipts", "refunds")
    return sum(_claim(order, days) for order in due if order.balance > 0)


def _claim(order: Order, days: int) -> bool:
    """One row decides who sends it."""
    try:
        with transaction.atomic():
            Reminder.objects.create(order=order, days=days)
            transaction.on_commit(lambda: _enqueue("due", order, order))
    except IntegrityError:
        return False
    return True
