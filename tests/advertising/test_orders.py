"""Orders, invoices and credits: numbers without gaps, cents that add up, and nothing that can be undone."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from advertising import ledger, pricing, review
from advertising.billing import credits, invoices, orders
from advertising.models import Credit, Order, OrderLine, Placement, Rate, Receipt, SalesTerms, Shortfall

from ..factories import (
    AdvertiserFactory,
    DraftBannerFactory,
    DraftPaidStoryFactory,
    SectionFactory,
    UserFactory,
    add_version,
    member_of,
    running_banner,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _rate_card(noon):
    Rate.objects.create(product="banner", price="14", basis="thousand", unit="per 1,000", section_surcharge=10)
    Rate.objects.create(product="sponsored", price="1800", unit="for 30 days")
    SalesTerms.objects.create(seller="Finality Press Ltd", tax_percent="21", how_to_pay="Account 12345")


@pytest.fixture
def advertiser():
    return AdvertiserFactory(name="Palisade", billing_address="1 Vault Row\nExample City", tax_number="PL 123")


@pytest.fixture
def owner(advertiser):
    user = UserFactory()
    advertiser.members.add(user, through_defaults={"role": "owner"})
    return user


def banner(advertiser, **kwargs) -> Placement:
    return running_banner(advertiser=advertiser, **{"goal": 12_345, **kwargs})


def viewable(placement, number):
    ledger.add({(placement.pk, placement.slot, TODAY, "viewable", ""): number})


# --- Prices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "price", "cents"),
    [
        (12_345, "14", "172.83"),
        (1_001, "14.05", "14.06"),
        (1_500, "0.01", "0.02"),  # half a cent goes up
        (100_000_000, "999.99", "99999000.00"),
    ],
)
def test_prices_are_rounded_to_whole_cents_half_a_cent_up(advertiser, goal, price, cents):
    Rate.objects.filter(product="banner").update(price=price)
    placement = DraftBannerFactory(advertiser=advertiser, goal=goal)
    assert pricing.price_of(placement).total == Decimal(cents)


def test_a_section_of_its_own_costs_more(advertiser):
    placement = DraftBannerFactory(advertiser=advertiser, goal=10_000, section=SectionFactory())
    assert [line.amount for line in pricing.price_of(placement).lines] == [Decimal("140.00"), Decimal("14.00")]


def test_the_price_stays_what_it_was_when_it_was_submitted(advertiser):
    placement = banner(advertiser, goal=10_000)
    Rate.objects.update(price=99)
    placement = Placement.objects.get(pk=placement.pk)
    assert pricing.price_of(placement).total == Decimal("140.00")


# --- Placing --------------------------------------------------------------------------------------


def test_one_order_over_several_kinds(advertiser, owner):
    story = DraftPaidStoryFactory(advertiser=advertiser)
    add_version(story, text="word " * 130, headline="What an auditor wants")
    review.submit(story, None)
    order = orders.place(advertiser, [banner(advertiser).pk, story.pk], owner)
    assert [line.amount for line in order.lines.all()] == [Decimal("1800.00"), Decimal("172.83")]
    assert order.subtotal == sum(line.amount for line in order.lines.all())
    assert (order.subtotal, order.tax, order.total) == (Decimal("1972.83"), Decimal("414.29"), Decimal("2387.12"))
    assert order.number == "2026-00001"
    assert order.due_on == TODAY + timedelta(days=14)


def test_numbers_have_no_gap_and_none_comes_twice(advertiser, owner):
    for number in (1, 2):
        assert orders.place(advertiser, [banner(advertiser).pk], owner).number == f"2026-0000{number}"
        with pytest.raises(ValidationError):
            orders.place(advertiser, [999_999], owner)


def test_what_was_ordered_is_not_ordered_again(advertiser, owner):
    placement = banner(advertiser)
    orders.place(advertiser, [placement.pk], owner)
    assert not orders.to_be_ordered(advertiser).exists()
    with pytest.raises(ValidationError, match="ordered already"):
        orders.place(advertiser, [placement.pk], owner)
    assert Order.objects.count() == 1


def test_an_order_never_changes_with_what_it_was_made_of(advertiser, owner, client):
    order = orders.place(advertiser, [banner(advertiser).pk], owner)
    SalesTerms.objects.update(seller="Somebody else", tax_percent=0)
    advertiser.name = "Palisade, renamed"
    advertiser.save()
    client.force_login(owner)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Finality Press Ltd" in page
    assert "Palisade<br>1 Vault Row" in page
    assert "Somebody else" not in page


def test_only_an_owner_or_the_desk_orders(advertiser, owner):
    placement = banner(advertiser)
    member = UserFactory()
    advertiser.members.add(member)
    for person in (member, UserFactory(), member_of("Moderators")):
        with pytest.raises(PermissionDenied):
            orders.place(advertiser, [placement.pk], person)
    assert orders.place(advertiser, [placement.pk], member_of("Ad desk"))


def test_what_runs_is_ordered_by_itself_once(advertiser):
    placement = banner(advertiser)
    running_banner(advertiser=AdvertiserFactory(is_house=True), goal=5_000)
    assert orders.order_what_runs.func() == 1
    assert orders.order_what_runs.func() == 0
    assert Order.objects.get().lines.get().placement == placement


def test_an_advertiser_orders_by_the_page(client, advertiser, owner):
    placement = banner(advertiser)
    client.force_login(owner)
    page = client.get("/advertise/orders/").content.decode()
    assert "$172.83" in page
    answer = client.post("/advertise/orders/", {"placement": placement.pk})
    order = Order.objects.get()
    assert answer["Location"] == order.get_absolute_url()
    page = client.get(order.get_absolute_url()).content.decode()
    assert "To be paid" in page
    assert "$209.12" in page
    assert client.get("/advertise/orders/").status_code == 200


@pytest.mark.parametrize("placement", ["", "x", "-1", "9" * 30])
def test_nonsense_orders_nothing(client, advertiser, owner, placement):
    client.force_login(owner)
    assert client.post("/advertise/orders/", {"placement": placement}).status_code == 302
    assert not Order.objects.exists()


@pytest.mark.parametrize("end", ["", "invoice.pdf"])
def test_nobody_sees_the_orders_of_others(client, advertiser, owner, end):
    order = orders.place(advertiser, [banner(advertiser).pk], owner)
    stranger = UserFactory()
    AdvertiserFactory().members.add(stranger, through_defaults={"role": "owner"})
    client.force_login(stranger)
    assert client.get(f"{order.get_absolute_url()}{end}").status_code == 404
    assert client.post(f"{order.get_absolute_url()}pay/").status_code == 404
    assert order.number not in client.get("/advertise/orders/").content.decode()
    client.force_login(member_of("Ad desk"))
    assert client.get(f"{order.get_absolute_url()}{end}").status_code == 200


def test_what_carries_money_cannot_be_deleted(advertiser, owner, client):
    order = orders.place(advertiser, [banner(advertiser).pk], owner)
    for row in (order, order.lines.get()):
        with pytest.raises(ValidationError):
            row.delete()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    for model, row in (("order", order), ("placement", order.placements.get()), ("advertiser", advertiser)):
        assert client.post(reverse(f"admin:advertising_{model}_delete", args=[row.pk])).status_code == 403
    assert OrderLine.objects.exists()


# --- The invoice ----------------------------------------------------------------------------------


def words_of(pdf: bytes) -> int:
    assert pdf.startswith(b"%PDF-")
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_the_invoice_is_a_pdf_and_the_same_each_time(client, advertiser, owner):
    order = orders.place(advertiser, [banner(advertiser, title="Łódź, müller & 東京").pk], owner)
    client.force_login(owner)
    answer = client.get(f"{order.get_absolute_url()}invoice.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert words_of(answer.content) == 1
    assert client.get(f"{order.get_absolute_url()}invoice.pdf").content == answer.content


def test_a_long_order_takes_more_pages(advertiser, owner):
    order = orders.place(advertiser, [banner(advertiser, title="A banner " * 12).pk for _ in range(40)], owner)
    assert words_of(invoices.pdf(order)) > 1
    assert io.BytesIO(invoices.pdf(order)).getbuffer().nbytes < 400_000


# --- Credits --------------------------------------------------------------------------------------


def ordered(advertiser, owner, **kwargs) -> tuple[Placement, Order]:
    placement = banner(advertiser, **{"goal": 10_000, "ends_on": TODAY + timedelta(days=1), **kwargs})
    return placement, orders.place(advertiser, [placement.pk], owner)


def test_a_run_that_fell_short_is_found_and_credited_by_its_share(advertiser, owner, noon):
    placement, _ = ordered(advertiser, owner)
    viewable(placement, 7_500)
    assert credits.find_shortfalls.func() == 0  # It still runs.
    noon.shift(timedelta(days=4))
    assert credits.find_shortfalls.func() == 1
    assert credits.find_shortfalls.func() == 0
    shortfall = Shortfall.objects.get()
    assert (shortfall.delivered, shortfall.missing) == (7_500, 2_500)
    credit = credits.credit(shortfall, member_of("Ad desk"))
    assert credit.amount == Decimal("42.35")  # A quarter of $140.00 and its tax.
    with pytest.raises(ValidationError, match="decided on this already"):
        credits.credit(shortfall, member_of("Ad desk"))
    assert Order.objects.get().balance == Decimal("169.40") - Decimal("42.35")


def test_a_run_may_go_on_instead(advertiser, owner, noon, client):
    placement, _ = ordered(advertiser, owner)
    noon.shift(timedelta(days=4))
    credits.find_shortfalls.func()
    shortfall = Shortfall.objects.get()
    client.force_login(member_of("Ad desk"))
    address = reverse("admin:advertising_shortfall_decide", args=[shortfall.pk])
    assert "10000 are missing" in client.get(address).content.decode().replace(",", "")
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
    credits.find_shortfalls.func()
    credits.make_good(Shortfall.objects.get(), member_of("Ad desk"), date(2026, 12, 1))
    if more:
        viewable(placement, more)
    noon.shift(timedelta(days=10))
    credits.find_shortfalls.func()
    assert Shortfall.objects.get().answer == answer


def test_what_was_delivered_or_nearly_is_no_shortfall(advertiser, owner, noon):
    placement, _ = ordered(advertiser, owner)
    viewable(placement, 9_950)
    noon.shift(timedelta(days=4))
    assert credits.find_shortfalls.func() == 0


def test_what_is_taken_off_is_credited_once_by_what_was_not_delivered(advertiser, owner):
    placement, order = ordered(advertiser, owner)
    viewable(placement, 4_000)
    review.reject(placement, None, "It leads elsewhere now.")
    assert Credit.objects.get().amount == Decimal("101.64")  # Six tenths of $169.40.
    with pytest.raises(IntegrityError), transaction.atomic():
        Credit.objects.create(order=order, placement=placement, kind="shortfall", amount=1, reason="again")


def test_an_order_knows_what_is_still_to_be_paid(advertiser, owner, noon):
    _, order = ordered(advertiser, owner)
    assert order.state() == ("submitted", "To be paid")
    noon.shift(timedelta(days=30))
    assert order.state() == ("rejected", "Overdue")
    Receipt.objects.create(order=order, reference="1", amount="169.40")
    assert Order.objects.get().state() == ("finished", "Paid")
    Credit.objects.create(order=order, amount="5", reason="Sorry")
    assert Order.objects.get().state() == ("changes", "To be paid back")


def test_the_desk_notes_a_transfer_and_a_credit_and_changes_neither(client, advertiser, owner):
    _, order = ordered(advertiser, owner)
    person = member_of("Ad desk")
    client.force_login(person)
    address = reverse("admin:advertising_order_change", args=[order.pk])
    assert client.get(address).status_code == 200
    management = {f"{name}-{end}": "0" for name in ("credits", "receipts") for end in ("INITIAL_FORMS", "TOTAL_FORMS")}
    data = management | {"receipts-TOTAL_FORMS": "1", "receipts-0-reference": "S-77", "receipts-0-amount": "169.40"}
    data |= {"receipts-0-at": "2026-11-22T12:00"}
    assert client.post(address, data).status_code == 302
    receipt = Receipt.objects.get()
    assert (receipt.amount, receipt.provider, receipt.by) == (Decimal("169.40"), "transfer", person)
    assert Order.objects.get().state()[1] == "Paid"


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


def test_the_desk_credits_no_more_than_is_left_and_notes_no_reference_twice(client, advertiser, owner):
    _, order = ordered(advertiser, owner)
    client.force_login(member_of("Ad desk"))
    address = reverse("admin:advertising_order_change", args=[order.pk])
    empty = {f"{name}-{end}": "0" for name in ("credits", "receipts") for end in ("INITIAL_FORMS", "TOTAL_FORMS")}
    credit = {"credits-TOTAL_FORMS": "1", "credits-0-amount": "999999", "credits-0-reason": "Sorry"}
    assert client.post(address, empty | credit).status_code == 200
    assert not Credit.objects.exists()
    receipt = {"receipts-TOTAL_FORMS": "1", "receipts-0-reference": "S-1", "receipts-0-amount": "5"}
    receipt |= {"receipts-0-at": "2026-11-22T12:00"}
    assert [client.post(address, empty | receipt).status_code for _ in range(2)] == [302, 200]
    assert Receipt.objects.count() == 1


def test_what_was_bought_decides_and_not_what_the_desk_set_later(advertiser, owner):
    placement, _ = ordered(advertiser, owner)
    viewable(placement, 10_000)
    Placement.objects.filter(pk=placement.pk).update(goal=20_000)
    review.reject(placement, None, "No.")
    assert not Credit.objects.exists()


def test_what_ran_its_days_is_not_given_back(advertiser, owner, noon):
    story = DraftPaidStoryFactory(advertiser=advertiser, starts_on=TODAY, ends_on=TODAY + timedelta(days=29))
    add_version(story, text="word " * 130, headline="What an auditor wants")
    review.submit(story, None)
    review.approve(story, None)
    order = orders.place(advertiser, [story.pk], owner)
    noon.shift(timedelta(days=14))
    review.reject(story, None, "It is not true any more.")
    assert Credit.objects.get().amount == order.total / 2


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
