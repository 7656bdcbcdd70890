"""Credits: for what was not delivered, never more than was ordered, and never twice."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from advertising.billing import credit_notes, orders
from advertising.campaigns import review, running
from advertising.models import Credit, Order, Payment, Placement, Rate, SalesTerms, Shortfall

from ...factories import (
    DraftPaidStoryFactory,
    add_version,
    member_of,
)
from .conftest import TODAY, banner, viewable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rate_card")]


# --- Credits --------------------------------------------------------------------------------------


def ordered(advertiser, owner, **kwargs) -> tuple[Placement, Order]:
    placement = banner(
        advertiser, **{"goal": 10_000, "ends_on": TODAY + timedelta(days=1), **kwargs}
    )
    return placement, orders.place(advertiser, [placement.pk], owner)


def test_a_run_that_fell_short_is_found_and_credited_by_its_share(advertiser, owner, noon):
    placement, _ = ordered(advertiser, owner)
    viewable(placement, 7_500)
    assert credit_notes.find_shortfalls.func() == 0  # It still runs.
    noon.shift(timedelta(days=4))
    assert credit_notes.find_shortfalls.func() == 1
    assert credit_notes.find_shortfalls.func() == 0
    shortfall = Shortfall.objects.get()
    assert (shortfall.delivered, shortfall.missing) == (7_500, 2_500)
    credit = credit_notes.credit(shortfall, member_of("Ad desk"))
    assert credit.amount == Decimal("42.35")  # A quarter of $140.00 and its tax.
    with pytest.raises(ValidationError, match="decided on this already"):
        credit_notes.credit(shortfall, member_of("Ad desk"))
    assert Order.objects.get().balance == Decimal("169.40") - Decimal("42.35")


def test_a_run_may_go_on_instead(advertiser, owner, noon, client):
    placement, _ = ordered(advertiser, owner)
    noon.shift(timedelta(days=4))
    credit_notes.find_shortfalls.func()
    shortfall = Shortfall.objects.get()
    client.force_login(member_of("Ad desk"))
    address = reverse("admin:advertising_shortfall_decide", args=[shortfall.pk])
    page = " ".join(client.get(address).content.decode().split())
    assert "got 0: 10,000 are missing" in page
    assert "The missing share is $169.40, tax included." in page
    for until in ("", "x", "2026-99-99", "2020-01-01", "2099-01-01"):
        assert client.post(address, {"decision": "make_good", "until": until}).status_code == 200
    assert client.post(address, {"decision": "make_good", "until": "2026-12-20"}).status_code == 302
    placement.refresh_from_db()
    assert placement.ends_on == date(2026, 12, 20)
    assert not Credit.objects.exists()


@pytest.mark.parametrize(("more", "answer"), [(0, ""), (9_990, "delivered")])
def test_a_run_that_went_on_is_looked_at_again(advertiser, owner, noon, more, answer):
    placement, _ = ordered(advertiser, owner)
    noon.shift(timedelta(days=4))
    credit_notes.find_shortfalls.func()
    credit_notes.make_good(Shortfall.objects.get(), member_of("Ad desk"), date(2026, 12, 1))
    if more:
        viewable(placement, more)
    noon.shift(timedelta(days=10))
    credit_notes.find_shortfalls.func()
    assert Shortfall.objects.get().answer == answer


def test_what_was_delivered_or_nearly_is_no_shortfall(advertiser, owner, noon):
    placement, _ = ordered(advertiser, owner)
    viewable(placement, 9_950)
    noon.shift(timedelta(days=4))
    assert credit_notes.find_shortfalls.func() == 0


def test_what_is_taken_off_is_credited_once_by_what_was_not_delivered(advertiser, owner):
    placement, order = ordered(advertiser, owner)
    viewable(placement, 4_000)
    running.stop(placement, None, "It leads elsewhere now.", take_down=True)
    assert Credit.objects.get().amount == Decimal("101.64")  # Six tenths of $169.40.
    with pytest.raises(IntegrityError), transaction.atomic():
        Credit.objects.create(
            order=order, placement=placement, kind="shortfall", amount=1, reason="again"
        )


def test_an_order_knows_what_is_still_to_be_paid(advertiser, owner, noon):
    _, order = ordered(advertiser, owner)
    assert order.state() == ("submitted", "To be paid")
    noon.shift(timedelta(days=30))
    assert order.state() == ("rejected", "Overdue")
    Payment.objects.create(order=order, reference="1", amount="169.40")
    assert Order.objects.get().state() == ("finished", "Paid")
    Credit.objects.create(order=order, amount="5", reason="Sorry")
    assert Order.objects.get().state() == ("changes", "Refund due")


# --- What cannot be had for nothing, or twice -----------------------------------------------------


def test_credits_never_exceed_the_invoice(advertiser, owner):
    SalesTerms.objects.update(tax_percent="10")
    Rate.objects.filter(product="sponsored").update(price="10.05")
    stories = []
    for _ in range(2):
        days = {"starts_on": TODAY + timedelta(days=1), "ends_on": TODAY + timedelta(days=30)}
        story = DraftPaidStoryFactory(advertiser=advertiser, **days)
        add_version(story, text="word " * 130, headline="What an auditor wants")
        review.submit(story, None)
        stories.append(story)
    order = orders.place(advertiser, [story.pk for story in stories], owner)
    for story in stories:
        review.reject(story, None, "No.")
    assert Order.objects.get().balance == 0
    assert sum(each.amount for each in Credit.objects.all()) == order.total == Decimal("22.11")


def test_what_was_bought_decides_and_not_what_the_desk_set_later(advertiser, owner):
    placement, _ = ordered(advertiser, owner)
    viewable(placement, 10_000)
    Placement.objects.filter(pk=placement.pk).update(goal=20_000)
    running.stop(placement, None, "No.", take_down=True)
    assert not Credit.objects.exists()


def test_what_runs_while_a_change_is_asked_for_is_ordered_at_its_price(advertiser):
    placement = banner(advertiser, goal=10_000)
    add_version(placement, headline="Other keys")
    review.submit(placement, None)
    review.request_changes(placement, None, "No.")
    Rate.objects.update(price=99)
    assert orders.order_what_runs.func() == 1
    assert Order.objects.get().subtotal == Decimal("140.00")


def test_what_ran_before_there_were_prices_is_not_invoiced(advertiser):
    placement = banner(advertiser)
    Placement.objects.filter(pk=placement.pk).update(price_lines=[])
    assert orders.order_what_runs.func() == 0
