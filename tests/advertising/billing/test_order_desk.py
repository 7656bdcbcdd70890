"""An order on the desk: what finance adds to it, and the papers for the accountant."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from advertising.billing import accounts, billing_mails, orders
from advertising.models import (
    CorrectedInvoice,
    Credit,
    Order,
    Payment,
    Refund,
    Reminder,
    Reversal,
)
from newsroom.models import Publication

from ...factories import AdvertiserFactory, UserFactory, member_of
from .conftest import TODAY, banner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rate_card")]


@pytest.fixture
def order(advertiser: Any) -> Order:
    """Of $140.00 and 21 %."""
    return orders.place(advertiser, [banner(advertiser, goal=10_000).pk], None)


@pytest.fixture
def page(client: Any, order: Order) -> str:
    client.force_login(member_of("Finance"))
    return reverse("admin:advertising_order_change", args=[order.pk])


def payment(**changes: str) -> dict[str, str]:
    return {
        "do": "payment",
        "amount": "169.40",
        "reference": "S-77",
        "at": "2026-11-22T12:00",
        **changes,
    }


def added() -> int:
    return sum(model.objects.count() for model in (Payment, Refund, Credit, Reversal))


def test_finance_notes_a_payment(client, order, page):
    assert "balance $169.40" in " ".join(client.get(page).content.decode().split())
    assert client.post(page, payment()).status_code == 302
    noted = Payment.objects.get()
    assert (noted.amount, noted.provider, noted.by.groups.get().name) == (
        Decimal("169.40"),
        "transfer",
        "Finance",
    )
    assert "Paid" in client.get(page).content.decode()


def test_what_was_typed_stays_in_the_form_with_what_is_wrong(client, order, page):
    answer = client.post(page, payment(amount="99999.00"))
    assert answer.status_code == 400
    html = answer.content.decode()
    assert "Only $169.40 is open." in html
    assert 'value="99999.00"' in html
    assert not Payment.objects.exists()
    assert client.post(page, payment(amount="99999.00", is_more_meant="on")).status_code == 302
    assert client.post(page, payment(amount="1.00", is_more_meant="on")).status_code == 400  # known


def test_finance_pays_back_credits_reverses_and_reissues(client, order, page):
    client.post(page, payment())
    credit = {"do": "credit", "amount": "12.10", "reason": "Sorry"}
    assert client.post(page, credit).status_code == 302
    refund = {"do": "refund", "amount": "12.10", "reference": "S-78", "reason": "Sorry"}
    assert client.post(page, refund | {"at": "2026-11-22T12:00"}).status_code == 302
    assert Credit.objects.get().number == "CN-2026-00001"
    assert (Credit.objects.get().net, Refund.objects.get().amount) == (
        Decimal("10.00"),
        Decimal("12.10"),
    )
    reverse_it = {"do": "reverse", "what": "refund", "pk": Refund.objects.get().pk, "reason": "No"}
    assert client.post(page, reverse_it).status_code == 302
    assert Reversal.objects.get().refund_id
    assert Order.objects.get().balance == Decimal("-12.10")
    correction = {
        "do": "correction",
        "name": "Palisade Ltd",
        "address": "2 New Row",
        "reason": "Moved",
    }
    assert client.post(page, correction).status_code == 302
    assert CorrectedInvoice.objects.get().number == "2026-00002"
    html = client.get(page).content.decode()
    for words in ("Credit note CN-2026-00001", "Reversed: No", "2026-00002 in place of 2026-00001"):
        assert words in html
    assert (
        client.get(f"{order.get_absolute_url()}credit-notes/{Credit.objects.get().pk}.pdf").content[
            :5
        ]
        == b"%PDF-"
    )


@pytest.mark.parametrize("do", ["payment", "refund", "credit", "correction", "reverse", "x"])
@pytest.mark.parametrize("group", ["Ad desk", "Chief editors", "Editors", "Moderators"])
def test_nobody_but_finance_adds_anything(client, order, do, group):
    client.force_login(member_of(group))
    address = reverse("admin:advertising_order_change", args=[order.pk])
    sent = {"do": do, "amount": "1", "reference": "S", "reason": "x", "at": "2026-11-22T12:00"}
    assert client.post(address, {**sent, "name": "x", "address": "y"}).status_code == 403
    assert added() == 0


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"do": "payment"},
        payment(amount="x"),
        payment(amount="9" * 40),
        payment(amount="-5"),
        payment(amount="0.001"),
        payment(at="yesterday"),
        payment(reference=""),
        payment(reference="x\x00"),
        {"do": "reverse", "what": "order", "pk": "1", "reason": "x"},
        {"do": "credit", "amount": "170", "reason": "More than there is"},
    ],
)
def test_nonsense_adds_nothing(client, order, page, sent):
    assert client.post(page, sent).status_code in (200, 302, 400)
    assert added() == 0


# --- All orders -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "found"), [("open", 1), ("overdue", 0), ("refund", 0)])
def test_orders_are_found_by_what_is_open(client, order, page, state, found):
    assert accounts.in_state(Order.objects.all(), state).count() == found
    address = reverse("admin:advertising_order_changelist")
    assert (order.number in client.get(address, {"state": state}).content.decode()) == bool(found)


def test_the_database_adds_up_what_the_journal_does(client, order, page, noon):
    client.post(page, payment(amount="200.00", is_more_meant="on"))
    assert (
        accounts.with_balance(Order.objects.all()).get().open_amount == Order.objects.get().balance
    )
    assert accounts.in_state(Order.objects.all(), "refund").count() == 1
    reverse_it = {
        "do": "reverse",
        "what": "payment",
        "pk": Payment.objects.get().pk,
        "reason": "No",
    }
    client.post(page, reverse_it)
    noon.shift(timedelta(days=15))
    assert accounts.in_state(Order.objects.all(), "overdue").count() == 1


def test_the_export_is_whole_and_opens_in_a_spreadsheet(client, order, page):
    client.post(page, payment(reference="=HYPERLINK(1)"))
    client.post(page, {"do": "credit", "amount": "12.10", "reason": "Sorry"})
    answer = client.get(reverse("admin:advertising_order_export"), {"month": "2026-11"})
    raw = b"".join(answer.streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    found = [(row["Document"], row["Net"], row["Tax"], row["Total"]) for row in rows]
    assert found == [
        ("Invoice", "140.00", "29.40", "169.40"),
        ("Credit note", "-10.00", "-2.10", "-12.10"),
        ("Payment", "", "", "169.40"),
    ]
    assert rows[0]["Country"] == "Ireland"
    assert rows[2]["Number"] == "'=HYPERLINK(1)"
    other = client.get(reverse("admin:advertising_order_export"), {"month": "2026-10"})
    assert len(b"".join(other.streaming_content).decode().splitlines()) == 1


@pytest.mark.parametrize("month", ["", "x", "2026-13", "9999-99", "2999-12"])
def test_any_month_may_be_asked_for(client, order, page, month):
    assert (
        client.get(reverse("admin:advertising_order_export"), {"month": month}).status_code == 200
    )


def test_revenue_by_month(client, order, page):
    client.post(page, {"do": "credit", "amount": "12.10", "reason": "Sorry"})
    (month,) = accounts.by_month(accounts.first_of_month(12))
    assert (month.revenue, month.tax) == (Decimal("130.00"), Decimal("27.30"))
    html = client.get(reverse("admin:advertising_order_accounts")).content.decode()
    assert "$130.00" in html
    assert "$157.30</b> is to be paid" in html


@pytest.mark.parametrize("name", ["accounts", "export"])
def test_revenue_is_for_finance(client, order, name):
    for group in ("Ad desk", "Editors", "Chief editors"):
        client.force_login(member_of(group))
        assert client.get(reverse(f"admin:advertising_order_{name}")).status_code == 403


def test_the_front_of_the_desk_tells_finance_what_is_overdue_and_due_back(
    client, order, page, noon
):
    front = reverse("admin:index")
    assert "overdue invoices" not in client.get(front).content.decode()
    noon.shift(timedelta(days=15))
    client.force_login(member_of("Finance"))
    assert "overdue invoices" in client.get(front).content.decode()
    client.post(page, payment(amount="200.00", is_more_meant="on"))
    html = client.get(front).content.decode()
    assert "overdue invoices" not in html
    assert "refunds due" in html


def test_what_runs_and_cannot_be_invoiced_is_told_to_the_ad_desk(client, advertiser, noon):
    client.force_login(member_of("Ad desk"))
    placement = banner(advertiser, goal=10_000, ends_on=TODAY + timedelta(days=9))
    told = "running without an invoice: company details missing"
    assert told not in client.get(reverse("admin:index")).content.decode()
    advertiser.country = ""
    advertiser.save()
    noon.shift(timedelta(days=1))
    assert told in client.get(reverse("admin:index")).content.decode()
    found = reverse("admin:advertising_placement_changelist")
    assert placement.title in client.get(found, {"invoice": "impossible"}).content.decode()
    orders.order_what_runs.func()
    assert not Order.objects.exists()


# --- Mails ----------------------------------------------------------------------------------------


def test_everyone_concerned_is_mailed(client, advertiser, owner, committed):
    bookkeeper = member_of("Finance")
    bookkeeper.email = "books@finality.example"
    bookkeeper.save()
    with committed():
        order = orders.place(advertiser, [banner(advertiser, goal=10_000).pk], owner)
    assert {each.to[0] for each in mail.outbox if "Invoice 2026-00001" in each.subject} == {
        *advertiser.addresses(),
        "books@finality.example",
    }
    mail.outbox.clear()
    client.force_login(bookkeeper)
    page = reverse("admin:advertising_order_change", args=[order.pk])
    with committed():
        client.post(page, payment())
    with committed():
        client.post(page, {"do": "credit", "amount": "12.10", "reason": "Sorry"})
    assert {each.subject for each in mail.outbox} == {
        "We received $169.40 for invoice 2026-00001",
        "Credit note of $12.10 on invoice 2026-00001",
    }
    assert "It is paid in full." in mail.outbox[0].body


def test_an_invoice_is_asked_for_three_times_and_never_twice_on_one_day(order, noon, committed):
    asked = []
    for day in range(40):
        with committed():
            asked += [day] * billing_mails.remind.func()
            assert billing_mails.remind.func() == 0
        noon.shift(timedelta(days=1))
    assert asked == [11, 21, 35]  # It is due on the fourteenth day.
    assert Reminder.objects.count() == 3
    assert [("is due on" in each.body, "was due on" in each.body) for each in mail.outbox[-3:]] == [
        (True, False),
        (False, True),
        (False, True),
    ]


def test_what_is_paid_is_not_asked_for(client, order, page, noon):
    client.post(page, payment())
    noon.shift(timedelta(days=21))
    assert billing_mails.remind.func() == 0


def test_after_a_long_stop_only_the_last_reminder_is_sent(order, noon):
    noon.shift(timedelta(days=37))
    assert billing_mails.remind.func() == 1
    assert Reminder.objects.get().days == 21


# --- Names of companies ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["palisade custody", "Palisade  Custody", "PALISADE-CUSTODY", "Palisade Custody Ltd.", "Pаlisade Custody",
     "Palisade\u200b Custody", "Pal1sade Custody"],
)  # fmt: skip
def test_a_name_that_looks_like_another_is_not_opened(client, db, name):
    AdvertiserFactory(name="Palisade Custody")
    client.force_login(UserFactory())
    sent = {"name": name, "billing_address": "1 Row", "country": "IE"}
    answer = client.post("/partners/placements/join/", sent)
    assert answer.status_code == 400
    assert "looks like it" in answer.content.decode()


@pytest.mark.parametrize("name", ["Finality", "FINALITY Ltd", "Fіnality"])
def test_nobody_is_us(client, db, name):
    Publication.objects.create(name="Finality")
    client.force_login(UserFactory())
    answer = client.post("/partners/placements/join/", {"name": name})
    assert "our own name" in answer.content.decode()
