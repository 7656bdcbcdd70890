"""Stripe’s hosted Checkout: its page for the card, its signed messages for the money."""

import time
from decimal import Decimal
from typing import Any

import stripe
from django.conf import settings
from django.urls import reverse

from advertising.billing.payment_events import BadSignature, Movement, PaymentEvent
from advertising.models import Checkout

PAID = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
CHARGED_BACK = frozenset({"charge.dispute.created", "charge.dispute.funds_withdrawn"})
CHARGEBACK_OVER = frozenset({"charge.dispute.closed", "charge.dispute.funds_reinstated"})
REFUND_CHANGED = frozenset({"charge.refund.updated", "refund.updated", "refund.failed"})
# Currencies of ours all have a hundredth as their smallest unit, as Stripe counts in.
TOLERANCE = 300  # seconds that a message may be old
LONGEST_WAIT = 20  # seconds
EXPIRES_AFTER = 31 * 60  # seconds; Stripe takes half an hour at least


class StripeCheckout:
    name = "stripe"

    def __init__(self) -> None:
        self._client = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": settings.STRIPE_URL},
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=LONGEST_WAIT),
        )

    def checkout_page(self, checkout: Checkout) -> str:
        order = checkout.order
        address = settings.SITE_URL + reverse("order", args=[order.number])
        line = {
            "quantity": 1,
            "price_data": {
                "currency": order.currency.lower(),
                "unit_amount": int(checkout.amount * 100),
                "product_data": {"name": f"Invoice {order.number}"},
            },
        }
        session = self._client.v1.checkout.sessions.create(
            params={
                "mode": "payment",
                "client_reference_id": order.number,
                # On the payment as well, so that a refund of it names its order.
                "payment_intent_data": {"metadata": {"order": order.number}},
                "line_items": [line],
                "expires_at": int(time.time()) + EXPIRES_AFTER,
                "success_url": f"{address}?paid=1",
                "cancel_url": address,
            },  # type: ignore[arg-type]
            options={"idempotency_key": f"checkout-{checkout.pk}"},
        )
        return session.url or ""

    def read(self, body: bytes, signature: str) -> PaymentEvent:
        try:
            event = stripe.Webhook.construct_event(
                body, signature, settings.STRIPE_WEBHOOK_SECRET, tolerance=TOLERANCE
            )
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise BadSignature(str(error)) from None
        at = int(event.to_dict().get("created") or 0)
        return _read(event.id, event.type, at, event.data.object.to_dict())


def _read(key: str, kind: str, at: int, told: dict[str, Any]) -> PaymentEvent:
    """The money that a message is about; none in messages that are about something else."""
    movement, amount = _movement(kind, told)
    if movement is None:
        return PaymentEvent(key=key, kind=kind)
    metadata = told.get("metadata") or {}
    return PaymentEvent(
        key=key,
        kind=kind,
        movement=movement,
        at=at,
        order=str(told.get("client_reference_id") or metadata.get("order") or ""),
        reference=str(told.get("id") or ""),
        intent=str(told.get("payment_intent") or ""),
        amount=Decimal(amount or 0) / 100,
        currency=str(told.get("currency") or ""),
    )


def _movement(kind: str, told: dict[str, Any]) -> tuple[Movement | None, int | None]:
    """The movement, and its amount in cents."""
    status = str(told.get("status") or "")
    if kind in PAID and told.get("payment_status") == "paid":
        return Movement.PAID, told.get("amount_total")
    if kind == "charge.refunded":
        return Movement.REFUNDED_SO_FAR, told.get("amount_refunded")
    if kind in REFUND_CHANGED and status in ("failed", "canceled"):
        return Movement.REFUND_FAILED, told.get("amount")
    # A question of the bank, which takes nothing yet, begins with “warning”.
    if kind in CHARGED_BACK and not status.startswith("warning"):
        return Movement.CHARGED_BACK, told.get("amount")
    if kind in CHARGEBACK_OVER and status == "won":
        return Movement.CHARGEBACK_WON, told.get("amount")
    return None, None
