"""Card payments by Stripe’s hosted Checkout, against a stand-in of its API and with its
signatures.
"""

import hashlib
import hmac
import itertools
import json
import time
from decimal import Decimal
from urllib.parse import parse_qs

import pytest
from django.db import transaction
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from advertising.billing import journal, orders, payments
from advertising.models import Checkout, Order, Payment, ProviderEvent, Rate, Refund

from ...comments.test_races import at_once
from ...factories import AdvertiserFactory, UserFactory, running_banner

pytestmark = pytest.mark.django_db
SECRET = "whsec_of_the_test"
TOLD = "/partners/orders/webhook/stripe/"


@pytest.fixture(autouse=True)
def stripe_api(settings, httpserver: HTTPServer):
    settings.STRIPE_SECRET_KEY = "sk_test_of_the_test"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_URL = httpserver.url_for("").rstrip("/")
    return httpserver


def an_order() -> Order:
    Rate.objects.get_or_create(
        product="banner", defaults={"price": 14, "basis": "thousand", "unit": "x"}
    )
    advertiser = AdvertiserFactory()
    return orders.place(advertiser, [running_banner(advertiser=advertiser, goal=10_000).pk], None)


@pytest.fixture
def order():
    return an_order()


@pytest.fixture
def owner(order):
    user = UserFactory()
    order.advertiser.members.add(user, through_defaults={"role": "owner"})
    return user


def event(order, key="evt_1", **changes):
    session = {
        "id": "cs_1",
        "object": "checkout.session",
        "client_reference_id": order.number,
        "payment_status": "paid",
        "amount_total": 14_000,
        "currency": "usd",
        **changes,
    }
    kind = changes.pop("kind", "checkout.session.completed")
    return {
        "id": key,
        "object": "event",
        "type": kind,
        "api_version": "2026-01-01",
        "data": {"object": session},
    }


def tell(client, data, secret=SECRET, at=None, body=None):
    sent = json.dumps(data).encode()
    at = at or int(time.time())
    signature = hmac.new(secret.encode(), f"{at}.".encode() + sent, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={at},v1={signature}"}
    return client.post(TOLD, body or sent, content_type="application/json", headers=headers)


# --- The page
# ---------------------------------------------------------------------------------------


def test_the_worker_fetches_the_page_and_the_advertiser_is_led_there(
    client, order, owner, stripe_api, committed
):
    asked = []

    def answer(request: Request) -> Response:
        asked.append((request.headers, parse_qs(request.get_data(as_text=True))))
        return Response(
            json.dumps(
                {"id": "cs_1", "object": "checkout.session", "url": "https://checkout.example/c/1"}
            )
        )

    stripe_api.expect_request("/v1/checkout/sessions", method="POST").respond_with_handler(answer)
    client.force_login(owner)
    assert "Pay $140.00 by card" in client.get(order.get_absolute_url()).content.decode()
    with committed():
        waiting = client.post(f"{order.get_absolute_url()}pay/")["Location"]
    headers, form = asked[0]
    assert headers["Authorization"] == "Bearer sk_test_of_the_test"
    assert headers["Idempotency-Key"].startswith("checkout-")
    assert form["line_items[0][price_data][unit_amount]"] == ["14000"]
    assert form["line_items[0][price_data][currency]"] == ["usd"]
    assert form["client_reference_id"] == [order.number]
    assert client.get(waiting)["Location"] == "https://checkout.example/c/1"
    assert not Payment.objects.exists()  # Only what Stripe tells us, signed, is money.


def test_the_same_money_is_asked_for_once(client, order, owner):
    client.force_login(owner)
    pages = {client.post(f"{order.get_absolute_url()}pay/")["Location"] for _ in range(5)}
    assert len(pages) == 1
    assert Checkout.objects.count() == 1


def test_nothing_waits_for_the_network(client, order, owner):
    client.force_login(owner)
    waiting = client.post(f"{order.get_absolute_url()}pay/")["Location"]
    page = client.get(waiting)
    assert page.status_code == 200
    assert 'http-equiv="refresh"' in page.content.decode()


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_page_that_cannot_be_had_is_said_plainly(client, order, owner, stripe_api, status):
    stripe_api.expect_request("/v1/checkout/sessions").respond_with_json(
        {"error": {"message": "no"}}, status=status
    )
    checkout = Checkout.objects.create(order=order, amount=order.balance)
    with pytest.raises(Exception, match="no"):
        payments.fetch_page.func(checkout.pk)
    client.force_login(owner)
    page = client.get(f"{order.get_absolute_url()}pay/{checkout.pk}/").content.decode()
    assert "The card page could not be opened" in page
    assert "Nothing was charged" in page


def test_without_a_key_there_is_no_button_and_no_door(client, order, owner, settings):
    settings.STRIPE_SECRET_KEY = ""
    client.force_login(owner)
    assert "by card" not in client.get(order.get_absolute_url()).content.decode()
    assert client.post(f"{order.get_absolute_url()}pay/").status_code == 302
    assert not Checkout.objects.exists()
    assert tell(client, event(order)).status_code == 404


# --- The money
# ----------------------------------------------------------------------------------------


def test_what_stripe_tells_is_noted_once(client, order):
    for outcome in (b"noted", b"known already", b"known already"):
        assert tell(client, event(order)).content == outcome
    receipt = Payment.objects.get()
    assert (receipt.amount, receipt.provider, receipt.reference) == (
        Decimal("140.00"),
        "stripe",
        "cs_1",
    )
    assert Order.objects.get().state()[1] == "Paid"


def test_two_events_of_one_payment_in_any_order_are_one_receipt(client, order):
    assert (
        tell(client, event(order, "evt_2", kind="checkout.session.async_payment_succeeded")).content
        == b"noted"
    )
    assert tell(client, event(order, "evt_1")).content == b"noted already"
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"payment_status": "unpaid"}, b"nothing to do"),
        ({"kind": "checkout.session.expired"}, b"nothing to do"),
        ({"client_reference_id": "2026-99999"}, b"no such order"),
        ({"client_reference_id": None}, b"no such order"),
        ({"amount_total": 0}, b"nothing was paid"),
        ({"amount_total": -5}, b"nothing was paid"),
    ],
)
def test_what_is_no_money_is_noted_as_that(client, order, changes, outcome):
    assert tell(client, event(order, **changes)).content == outcome
    assert not Payment.objects.exists()
    assert ProviderEvent.objects.get().outcome == outcome.decode()


@pytest.mark.parametrize("currency", ["eur", "jpy", "", "x" * 500])
def test_another_currency_is_left_to_a_person(client, order, currency):
    assert b"for a person to look at" in tell(client, event(order, currency=currency)).content
    assert not Payment.objects.exists()


def test_odd_cents_add_up(client, order):
    for number, cents in enumerate((1, 33_33, 106_66)):
        tell(client, event(order, f"evt_{number}", id=f"cs_{number}", amount_total=cents))
    assert Order.objects.get().balance == Decimal("0.00")


def test_a_message_that_is_badly_signed_changes_nothing(client, order):
    data = event(order)
    assert tell(client, data, secret="whsec_other").status_code == 400
    assert tell(client, data, at=int(time.time()) - 3600).status_code == 400
    assert (
        tell(client, data, body=json.dumps(event(order, amount_total=1)).encode()).status_code
        == 400
    )
    assert client.post(TOLD, b"{", content_type="application/json").status_code == 400
    assert (
        client.post(
            TOLD, b"", content_type="text/plain", headers={"Stripe-Signature": "x" * 5000}
        ).status_code
        == 400
    )
    assert client.get(TOLD).status_code == 405
    assert not ProviderEvent.objects.exists()


# --- Money that goes back
# ----------------------------------------------------------------------------------------


def paid(order):
    return event(order, "evt_paid", payment_intent="pi_1")


def refunded(cents, key="evt_refund", **changes):
    charge = {
        "id": "ch_1",
        "object": "charge",
        "payment_intent": "pi_1",
        "currency": "usd",
        "amount": 14_000,
        "amount_refunded": cents,
        **changes,
    }
    return message(key, "charge.refunded", charge)


def disputed(kind, status, key, cents=14_000):
    dispute = {
        "id": "dp_1",
        "object": "dispute",
        "charge": "ch_1",
        "payment_intent": "pi_1",
        "amount": cents,
        "currency": "usd",
        "status": status,
    }
    return message(key, f"charge.dispute.{kind}", dispute)


def failed_refund(cents=4_000, key="evt_failed"):
    refund = {
        "id": "re_1",
        "object": "refund",
        "charge": "ch_1",
        "payment_intent": "pi_1",
        "amount": cents,
        "currency": "usd",
        "status": "failed",
    }
    return message(key, "refund.failed", refund)


HAPPENED = ("paid", "part", "failed", "none", "all")


def message(key, kind, about):
    name = key.removeprefix("evt_")
    return {
        "id": key,
        "created": HAPPENED.index(name) if name in HAPPENED else 0,
        "object": "event",
        "type": kind,
        "api_version": "2026-01-01",
        "data": {"object": about},
    }


PART, ALL = refunded(4_000, "evt_part"), refunded(14_000, "evt_all")
CREATED = disputed("created", "needs_response", "evt_created")
WITHDRAWN = disputed("funds_withdrawn", "under_review", "evt_withdrawn")
WON = disputed("closed", "won", "evt_won")
GIVEN_BACK = disputed("funds_reinstated", "won", "evt_back")
LOST = disputed("closed", "lost", "evt_lost")


@pytest.mark.parametrize(
    ("told", "balance"),
    [
        ([PART], "40.00"),
        ([PART, ALL], "140.00"),
        ([CREATED], "140.00"),
        ([CREATED, WITHDRAWN, LOST], "140.00"),
        ([CREATED, WITHDRAWN, WON, GIVEN_BACK], "0.00"),
        ([disputed("created", "warning_needs_response", "evt_question")], "0.00"),
        ([PART, failed_refund()], "0.00"),
        ([PART, failed_refund(), refunded(0, "evt_none")], "0.00"),
        ([PART, failed_refund(), ALL], "140.00"),
    ],
)
def test_what_stripe_tells_comes_to_the_same_in_every_order_and_however_often(
    client, order, told, balance
):
    messages = [paid(order), *told]
    for places in itertools.permutations(range(len(messages))):
        sid = transaction.savepoint()
        for place in (*places, *places):
            assert tell(client, messages[place]).status_code == 200
        found = Order.objects.get()
        assert found.balance == Decimal(balance), [messages[place]["type"] for place in places]
        assert sum(journal.balances(journal.entries(found)).values()) == 0
        assert not ProviderEvent.objects.filter(outcome=payments.WAITS).exists()
        transaction.savepoint_rollback(sid)


def test_a_refund_names_its_order_by_what_the_payment_carried(client, order):
    told = refunded(4_000, metadata={"order": order.number}, payment_intent="pi_other")
    assert tell(client, told).content == b"refund noted"
    assert Refund.objects.get().order == order


def test_a_refund_that_names_no_payment_is_left_to_a_person(client, order):
    told = refunded(4_000, metadata={"order": order.number}, payment_intent=None)
    assert b"for a person" in tell(client, told).content
    assert not Refund.objects.exists()


def test_a_refund_of_a_payment_that_nobody_knows_waits_for_it(client, order):
    assert tell(client, PART).content == b"waits for its payment"
    assert ProviderEvent.objects.get().intent == "pi_1"
    assert not Refund.objects.exists()
    tell(client, paid(order))
    assert Order.objects.get().balance == Decimal("40.00")
    assert ProviderEvent.objects.get(key="evt_part").outcome == "refund noted"


def test_a_refund_in_another_currency_is_left_to_a_person(client, order):
    tell(client, paid(order))
    assert b"for a person" in tell(client, refunded(4_000, currency="eur")).content
    assert not Refund.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_ten_refunds_at_once_are_one():
    order = an_order()
    Payment.objects.create(
        order=order, provider="stripe", reference="cs_1", intent="pi_1", amount="140.00"
    )

    def tell_of(index: int) -> str:
        told = payments.PaymentEvent(
            f"evt_{index}",
            "charge.refunded",
            reference="ch_1",
            amount=Decimal("40.00"),
            currency="usd",
            movement=payments.Movement.REFUNDED_SO_FAR,
            intent="pi_1",
        )
        return payments.handle_event(told, "stripe")

    assert sorted(at_once(10, tell_of)) == ["noted already"] * 9 + ["refund noted"]
    assert Refund.objects.get().amount == Decimal("40.00")


@pytest.mark.django_db(transaction=True)
def test_ten_messages_at_once_are_one_receipt():
    order = an_order()
    told = payments.PaymentEvent("evt_1", "paid", order.number, "cs_1", Decimal("140.00"), "usd")
    outcomes = at_once(10, lambda index: payments.handle_event(told, "stripe"))
    assert sorted(outcomes) == ["known already"] * 9 + ["noted"]
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_orders_of_one_placement_at_once_are_one_order():
    Rate.objects.create(product="banner", price=14, basis="thousand", unit="x")
    advertiser = AdvertiserFactory()
    placements = [running_banner(advertiser=advertiser, goal=10_000) for _ in range(2)]

    def place(index: int) -> str:
        try:
            return orders.place(advertiser, [placements[0].pk], None).number
        except Exception as error:
            return type(error).__name__

    found = at_once(6, place)
    assert sorted(found)[1:] == ["ValidationError"] * 5
    assert orders.place(advertiser, [placements[1].pk], None).number.endswith("-00002")
