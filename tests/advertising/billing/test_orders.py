"""Orders, invoices and credits: numbers without gaps, cents that add up, and nothing that can be
undone.
"""

import io
import re
import shutil
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse

from advertising.billing import credit_notes, invoices, orders, rates
from advertising.campaigns import review
from advertising.delivery import newsletter_slot
from advertising.delivery.slots import NEWSLETTER_SLOT
from advertising.measurement import ledger
from advertising.models import Advertiser, Credit, Order, OrderLine, Placement, Rate, SalesTerms
from newsletter.models import Delivery, Issue, main_newsletter

from ...factories import (
    AdvertiserFactory,
    DraftBannerFactory,
    DraftPaidStoryFactory,
    SectionFactory,
    UserFactory,
    add_version,
    member_of,
    running_banner,
)
from .conftest import TODAY, banner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rate_card")]


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
    assert rates.price_of(placement).total == Decimal(cents)


def test_a_section_of_its_own_costs_more(advertiser):
    placement = DraftBannerFactory(advertiser=advertiser, goal=10_000, section=SectionFactory())
    assert [line.amount for line in rates.price_of(placement).lines] == [
        Decimal("140.00"),
        Decimal("14.00"),
    ]


def test_the_price_stays_what_it_was_when_it_was_submitted(advertiser):
    placement = banner(advertiser, goal=10_000)
    Rate.objects.update(price=99)
    placement = Placement.objects.get(pk=placement.pk)
    assert rates.price_of(placement).total == Decimal("140.00")


# --- Placing --------------------------------------------------------------------------------------


def test_one_order_over_several_kinds(advertiser, owner):
    story = DraftPaidStoryFactory(advertiser=advertiser, ends_on=TODAY + timedelta(days=28))
    add_version(story, text="word " * 130, headline="What an auditor wants")
    review.submit(story, None)
    order = orders.place(advertiser, [banner(advertiser).pk, story.pk], owner)
    assert [line.amount for line in order.lines.all()] == [Decimal("1800.00"), Decimal("172.83")]
    assert order.subtotal == sum(line.amount for line in order.lines.all())
    assert (order.subtotal, order.tax, order.total) == (
        Decimal("1972.83"),
        Decimal("414.29"),
        Decimal("2387.12"),
    )
    assert order.number == "2026-00001"
    assert order.due_on == TODAY + timedelta(days=14)


def test_numbers_have_no_gap_and_none_comes_twice(advertiser, owner):
    for number in (1, 2):
        assert (
            orders.place(advertiser, [banner(advertiser).pk], owner).number == f"2026-0000{number}"
        )
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
    assert "1 Vault Row<br>Example City" in page
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


def sold_newsletter(advertiser: Advertiser, day: date) -> Placement:
    placement = DraftBannerFactory(
        advertiser=advertiser,
        product="newsletter",
        slot="",
        goal=None,
        starts_on=day,
        ends_on=day,
        creative=None,
    )
    add_version(placement, headline="A checklist", text="Ten questions.")
    review.submit(placement, None)
    review.approve(placement, None)
    return placement


def test_a_newsletter_is_ordered_by_itself_only_when_somebody_got_it(advertiser, owner):
    Rate.objects.create(product="newsletter", price="620", unit="each")
    yesterday = TODAY - timedelta(days=1)
    placement = sold_newsletter(advertiser, yesterday)
    assert orders.order_what_runs.func() == 0
    order = orders.place(
        advertiser, [placement.pk], owner
    )  # What was ordered and sent to nobody is given back.
    with transaction.atomic():
        assert (
            credit_notes.credit_rest(
                placement, owner, Credit.Kind.REJECTED, "No newsletter had it."
            ).amount
            == order.total
        )
    another = sold_newsletter(advertiser, TODAY - timedelta(days=2))
    issue = Issue.objects.create(newsletter=main_newsletter(), placement=another, status="sending")
    mail = Delivery.objects.create(issue=issue, has_placement=True)
    assert not newsletter_slot.was_got(another.pk)
    Delivery.objects.filter(pk=mail.pk).update(status="sent")
    ledger.add({(another.pk, NEWSLETTER_SLOT, another.starts_on, "offered", ""): 1})
    assert orders.order_what_runs.func() == 1
    with transaction.atomic():
        assert credit_notes.credit_rest(another, owner, Credit.Kind.REJECTED, "Taken off.") is None


def test_an_advertiser_orders_by_the_page(client, advertiser, owner):
    placement = banner(advertiser)
    client.force_login(owner)
    page = client.get("/partners/orders/").content.decode()
    assert "$172.83" in page
    answer = client.post("/partners/orders/", {"placement": placement.pk})
    order = Order.objects.get()
    assert answer["Location"] == order.get_absolute_url()
    page = client.get(order.get_absolute_url()).content.decode()
    assert "To be paid" in page
    assert "$209.12" in page
    assert client.get("/partners/orders/").status_code == 200


@pytest.mark.parametrize("placement", ["", "x", "-1", "9" * 30])
def test_nonsense_orders_nothing(client, advertiser, owner, placement):
    client.force_login(owner)
    assert client.post("/partners/orders/", {"placement": placement}).status_code == 302
    assert not Order.objects.exists()


@pytest.mark.parametrize("end", ["", "invoice.pdf"])
def test_nobody_sees_the_orders_of_others(client, advertiser, owner, end):
    order = orders.place(advertiser, [banner(advertiser).pk], owner)
    stranger = UserFactory()
    AdvertiserFactory().members.add(stranger, through_defaults={"role": "owner"})
    client.force_login(stranger)
    assert client.get(f"{order.get_absolute_url()}{end}").status_code == 404
    assert client.post(f"{order.get_absolute_url()}pay/").status_code == 404
    assert order.number not in client.get("/partners/orders/").content.decode()
    client.force_login(member_of("Ad desk"))
    assert client.get(f"{order.get_absolute_url()}{end}").status_code == 200


def test_what_carries_money_cannot_be_deleted(advertiser, owner, client):
    order = orders.place(advertiser, [banner(advertiser).pk], owner)
    for row in (order, order.lines.get()):
        with pytest.raises(ValidationError):
            row.delete()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    for model, row in (
        ("order", order),
        ("placement", order.placements.get()),
        ("advertiser", advertiser),
    ):
        assert (
            client.post(reverse(f"admin:advertising_{model}_delete", args=[row.pk])).status_code
            == 403
        )
    assert OrderLine.objects.exists()


# --- The invoice ----------------------------------------------------------------------------------


def words_of(pdf: bytes) -> int:
    assert pdf.startswith(b"%PDF-")
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_the_invoice_is_a_pdf_and_the_same_each_time(client, advertiser, owner, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    order = orders.place(advertiser, [banner(advertiser, title="Łódź, müller & 東京").pk], owner)
    client.force_login(owner)
    answer = client.get(f"{order.get_absolute_url()}invoice.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert words_of(answer.content) == 1
    assert client.get(f"{order.get_absolute_url()}invoice.pdf").content == answer.content
    # And the same again where its faces must be made first.
    shutil.rmtree(settings.DATA_DIR / "faces")
    assert client.get(f"{order.get_absolute_url()}invoice.pdf").content == answer.content


def test_a_long_order_takes_more_pages(advertiser, owner):
    order = orders.place(
        advertiser, [banner(advertiser, title="A banner " * 12).pk for _ in range(40)], owner
    )
    assert words_of(invoices.invoice_pdf(order)) > 1
    assert io.BytesIO(invoices.invoice_pdf(order)).getbuffer().nbytes < 400_000
