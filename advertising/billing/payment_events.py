"""Events of a payment provider, and what every provider can do."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from advertising.models import Checkout


class BadSignature(Exception):
    """A message claims to come from a provider, and does not."""


class Movement(StrEnum):
    """A movement of money, as a message reports it."""

    PAID = "paid"
    # All that was refunded of a payment so far: messages that come late say less, never more.
    REFUNDED_SO_FAR = "refunded so far"
    REFUND_FAILED = "refund failed"
    CHARGED_BACK = "charged back"
    CHARGEBACK_WON = "chargeback won"


@dataclass(frozen=True)
class PaymentEvent:
    """A message of a provider: an event with its own number, and money if there was any."""

    key: str
    kind: str
    order: str = ""
    reference: str = ""
    amount: Decimal | None = None
    currency: str = ""
    movement: Movement = Movement.PAID
    at: int = 0  # seconds since 1970, when it happened
    intent: str = ""  # the provider’s name for the payment that later messages are about


class PaymentProvider(Protocol):
    """A provider of card payments on its own pages."""

    name: str

    def checkout_page(self, checkout: Checkout) -> str:
        """Have a page made for an amount, and return its address. Asks over the network: the
        worker’s work.
        """

    def read(self, body: bytes, signature: str) -> PaymentEvent:
        """Return the event of a message. Raises BadSignature."""
