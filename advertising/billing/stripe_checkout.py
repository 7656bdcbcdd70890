"""Stripe’s hosted Checkout: its page for the card, its signed messages for the money."""

import time
from decimal import Decimal

import stripe
from django.conf import settings
from django.urls import reverse

from advertising.billing.payment_events import BadSignature, PaymentEvent
from advertising.models import Checkout

PAID = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
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
        session = event.data.object.to_dict()
        told = PaymentEvent(key=event.id, kind=event.type)
        if event.type not in PAID or session.get("payment_status") != "paid":
            return told
        return PaymentEvent(
            key=event.id,
            kind=event.type,
            order=str(session.get("client_reference_id") or ""),
            reference=str(session["id"]),
            amount=Decimal(session.get("amount_total") or 0) / 100,
            currency=str(session.get("currency") or ""),
        )
