"""Events of a payment provider, and what every provider can do."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from advertising.models import Checkout


class BadSignature(Exception):
    """A message claims to come from a provider, and does not."""


@dataclass(frozen=True)
class PaymentEvent:
    """A message of a provider: an event with its own number, and money if there was any."""

    key: str
    kind: str
    order: str = ""
    reference: str = ""
    amount: Decimal | None = None
    currency: str = ""


class PaymentProvider(Protocol):
    """A provider of card payments on its own pages."""

    name: str

    def checkout_page(self, checkout: Checkout) -> str:
        """Have a page made for an amount, and return its address. Asks over the network: the
        worker’s work.
        """

    def read(self, body: bytes, signature: str) -> PaymentEvent:
        """Return the event of a message. Raises BadSignature."""
