"""The books of an order: whatever happens to it, every entry has its opposite, and what is credited in
full is the invoice, to the cent.
"""

import itertools
import random
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from advertising.billing import credit_notes, journal, payments
from advertising.billing.amounts import rounded, tax_on
from advertising.models import (
    Advertiser,
    Credit,
    Order,
    OrderedPlacement,
    OrderLine,
    Payment,
    Placement,
    Refund,
)

from ...factories import AdvertiserFactory, DraftPaidStoryFactory, UserFactory

pytestmark = pytest.mark.django_db
PERCENTS = ("0", "7.7", "8.875", "19", "20", "21", "25.5")
numbers = itertools.count(1)


def an_order(dice: random.Random, advertiser: Advertiser, placements: list[Placement]) -> Order:
    """Of never-approved placements, each of which is owed nothing once it is rejected."""
    amounts = [Decimal(dice.randrange(1, 500_000)) / 100 for _ in placements]
    percent, subtotal = Decimal(dice.choice(PERCENTS)), sum(amounts, Decimal(0))
    order = Order.objects.create(
        advertiser=advertiser,
        number=f"T-{next(numbers)}",
        placed_at=timezone.now(),
        due_on=timezone.now().date(),
        billed_to={"name": "Palisade"},
        terms={"tax_percent": str(percent), "tax_name": "VAT"},
        subtotal=subtotal,
        tax=tax_on(subtotal, percent),
    )
    lines = zip(placements, amounts, strict=True)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, placement=placement, position=place, label="A line", amount=amount)
        for place, (placement, amount) in enumerate(lines)
    )
    OrderedPlacement.objects.bulk_create(
        OrderedPlacement(order=order, placement=placement) for placement in placements
    )
    return order


def cents(dice: random.Random, most: Decimal) -> Decimal:
    return rounded(most * Decimal(dice.randrange(1, 130)) / 100)


def pay(dice: random.Random, order: Order, person: Any) -> None:
    payments.note_payment(
        order,
        cents(dice, order.total),
        f"S-{next(numbers)}",
        timezone.now(),
        person,
        is_more_meant=dice.random() < 0.5,
    )


def pay_back(dice: random.Random, order: Order, person: Any) -> None:
    payments.note_refund(
        order, cents(dice, order.total), f"R-{next(numbers)}", "Paid twice", timezone.now(), person
    )


def give(dice: random.Random, order: Order, person: Any) -> None:
    credit_notes.goodwill(order, cents(dice, order.total), "Sorry", person)


def end(dice: random.Random, order: Order, person: Any) -> None:
    placement = dice.choice(list(order.placements.all()))
    credit_notes.credit_rest(placement, person, Credit.Kind.REJECTED, "it did not run")


def reverse(dice: random.Random, order: Order, person: Any) -> None:
    typed = [*order.receipts.all(), *order.refunds.all(), *order.credits.all()]
    if typed:
        payments.reverse_entry(dice.choice(typed), "Typed wrong", person)


STEPS = (pay, pay, pay_back, give, end, end, reverse)


def live_through(
    seed: int, advertiser: Advertiser, person: Any, *, looks_at_each_step: bool = True
) -> Order:
    dice = random.Random(seed)
    placements = [
        Placement.objects.create(advertiser=advertiser, product="sponsored", title="A story")
        for _ in range(dice.randrange(1, 5))
    ]
    order = an_order(dice, advertiser, placements)
    for _ in range(dice.randrange(1, 12)):
        order = Order.objects.get(pk=order.pk)
        with suppress(ValidationError):  # More than is left: refused, and nothing has changed.
            dice.choice(STEPS)(dice, order, person)
        if looks_at_each_step:
            look_at(order.pk, seed)
    look_at(order.pk, seed)
    return Order.objects.get(pk=order.pk)


def look_at(pk: int, seed: int) -> None:
    order = Order.objects.prefetch_related("credits", "receipts", "refunds").get(pk=pk)
    entries = journal.entries(order)
    sums = journal.balances(entries)
    assert sum(sums.values()) == 0, seed
    assert all(entry.amount > 0 and entry.debit != entry.credit for entry in entries), seed
    assert sums.get(journal.Account.RECEIVABLE, 0) == order.balance, seed
    assert journal.statement(order)[-1].balance == order.balance, seed
    standing = [each for each in order.credits.all() if not hasattr(each, "reversal")]
    net, tax = sum(each.net for each in standing), sum(each.tax for each in standing)
    assert 0 <= net <= order.subtotal, seed
    assert 0 <= tax <= order.tax, seed
    assert order.paid >= 0 or any(hasattr(each, "reversal") for each in order.receipts.all()), seed


def credited_in_full(order: Order, person: Any) -> None:
    for placement in order.placements.all():
        credit_notes.credit_rest(placement, person, Credit.Kind.REJECTED, "it did not run")
    left = order.total - Order.objects.get(pk=order.pk).credited
    if left:  # What goodwill that was reversed had taken from the share of a placement.
        credit_notes.goodwill(order, left, "The rest", person)
    order = Order.objects.get(pk=order.pk)
    assert order.credited == order.total
    assert (
        sum(each.tax for each in order.credits.all() if not hasattr(each, "reversal")) == order.tax
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_books_balance_after_every_step(seed, db):
    person = UserFactory()
    credited_in_full(live_through(seed, AdvertiserFactory(), person), person)


@pytest.mark.drill
@pytest.mark.on_sqlite
@pytest.mark.parametrize("part", range(4))
def test_the_books_balance_in_ten_thousand_histories(part):
    person, advertiser = UserFactory(), AdvertiserFactory()
    for seed in range(1_000 + part * 2_500, 1_000 + (part + 1) * 2_500):
        credited_in_full(live_through(seed, advertiser, person, looks_at_each_step=False), person)


def test_a_whole_life_of_an_order_in_the_journal(advertiser):
    """By hand: €100.00 and 19 %, paid, half of it credited and paid back."""
    person = UserFactory()
    placement = DraftPaidStoryFactory(advertiser=advertiser)
    order = an_order(random.Random(1), advertiser, [placement])
    order.subtotal, order.tax, order.terms = (
        Decimal("100.00"),
        Decimal("19.00"),
        {"tax_percent": "19"},
    )
    order.save()
    payments.note_payment(order, Decimal("119.00"), "S-1", timezone.now(), person)
    credit_notes.goodwill(order, Decimal("59.50"), "Half of it", person)
    payments.note_refund(order, Decimal("59.50"), "S-2", "Half of it", timezone.now(), person)
    credit = Credit.objects.get()
    assert (credit.net, credit.tax) == (Decimal("50.00"), Decimal("9.50"))
    found = [
        (entry.debit.value, entry.credit.value, str(entry.amount))
        for entry in journal.entries(Order.objects.get())
    ]
    assert found == [
        ("receivable", "advertising", "100.00"),
        ("receivable", "tax", "19.00"),
        ("bank", "receivable", "119.00"),
        ("advertising", "receivable", "50.00"),
        ("tax", "receivable", "9.50"),
        ("receivable", "bank", "59.50"),
    ]
    assert journal.balances(journal.entries(Order.objects.get())) == {
        "receivable": 0,
        "advertising": Decimal("-50.00"),
        "tax": Decimal("-9.50"),
        "bank": Decimal("59.50"),
    }


def test_an_entry_is_neither_changed_nor_deleted(advertiser):
    person = UserFactory()
    order = an_order(random.Random(2), advertiser, [DraftPaidStoryFactory(advertiser=advertiser)])
    payment = payments.note_payment(order, Decimal("1.00"), "S-1", timezone.now(), person)
    payment.amount = Decimal("2.00")
    for change in (
        payment.save,
        payment.delete,
        lambda: Payment.objects.update(amount=2),
        lambda: Payment.objects.all().delete(),
        lambda: Payment.objects.bulk_update([payment], ["amount"]),
    ):
        with pytest.raises(ValidationError):
            change()
    assert Payment.objects.get().amount == Decimal("1.00")


def test_a_wrong_receipt_is_refused_unless_it_is_meant_and_reversed_with_a_reason(advertiser):
    person = UserFactory()
    order = an_order(random.Random(3), advertiser, [DraftPaidStoryFactory(advertiser=advertiser)])
    much = Decimal("99999.00")
    with pytest.raises(ValidationError, match="is open"):
        payments.note_payment(order, much, "S-1", timezone.now(), person)
    wrong = payments.note_payment(order, much, "S-1", timezone.now(), person, is_more_meant=True)
    assert Order.objects.get().state()[1] == "Refund due"
    with pytest.raises(ValidationError, match="reason"):
        payments.reverse_entry(wrong, " ", person)
    payments.reverse_entry(wrong, "One nine too many", person)
    with pytest.raises(ValidationError, match="already"):
        payments.reverse_entry(wrong, "Again", person)
    assert Order.objects.get().balance == order.total
    assert len(journal.statement(Order.objects.get())) == 3


@pytest.mark.parametrize("amount", ["0", "-1", "0.00"])
def test_nothing_is_noted_over_nothing(advertiser, amount):
    person = UserFactory()
    order = an_order(random.Random(4), advertiser, [DraftPaidStoryFactory(advertiser=advertiser)])
    for note in (
        lambda: payments.note_payment(order, Decimal(amount), "S", timezone.now(), person),
        lambda: payments.note_refund(order, Decimal(amount), "S", "x", timezone.now(), person),
        lambda: credit_notes.goodwill(order, Decimal(amount), "x", person),
    ):
        with pytest.raises(ValidationError, match="above zero"):
            note()


def test_no_more_is_paid_back_than_came(advertiser):
    person = UserFactory()
    order = an_order(random.Random(5), advertiser, [DraftPaidStoryFactory(advertiser=advertiser)])
    with pytest.raises(ValidationError, match="was paid and not paid back"):
        payments.note_refund(order, Decimal("1.00"), "S", "x", timezone.now(), person)
    assert not Refund.objects.exists()
