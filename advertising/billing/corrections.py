"""An invoice issued anew in place of one whose buyer was named wrong. Its amounts stay."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from advertising.billing import tax
from advertising.billing.orders import next_number
from advertising.choices import TaxKind
from advertising.models import CorrectedInvoice, InvoiceSequence, Order

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FIELDS = ("name", "address", "tax_number")


def reissue(order: Order, buyer: dict[str, str], reason: str, by: "User") -> CorrectedInvoice:
    """The same invoice under the next number, with another name, address or tax number. Raises
    ValidationError where nothing changes, or the tax would.
    """
    if not reason.strip():
        raise ValidationError("Write a reason: it stands in the order’s journal.")
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        wanted = {**locked.buyer, **{name: buyer[name].strip() for name in FIELDS}}
        if wanted == locked.buyer:
            raise ValidationError("Nothing differs from the invoice that stands.")
        _refuse_other_tax(locked, wanted)
        correction: CorrectedInvoice = CorrectedInvoice.objects.create(
            order=locked,
            number=next_number(InvoiceSequence, timezone.now().year),
            replaces=locked.invoice_number,
            billed_to=wanted,
            reason=reason.strip()[:300],
            by=by,
        )
    return correction


def _refuse_other_tax(order: Order, buyer: dict[str, str]) -> None:
    """Without its number, a reverse charge would be none."""
    is_reverse = order.terms.get("tax_kind") == TaxKind.REVERSE_CHARGE
    if is_reverse and not tax.eu_number(buyer.get("country", ""), buyer["tax_number"]):
        raise ValidationError(
            "This sale is taxed by reverse charge: the VAT number must be one of the buyer’s country."
        )
