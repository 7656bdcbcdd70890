"""The price of a placement by the rate card, in US dollars before tax."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from advertising.models import Basis, Placement, Product, Rate

CENT = Decimal("0.01")


def dollars(amount: Decimal) -> str:
    """As it is written everywhere: $1,234.50, and −$3.00 with a minus that is one."""
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


@dataclass(frozen=True)
class PriceItem:
    label: str
    amount: Decimal


@dataclass(frozen=True)
class Price:
    lines: tuple[PriceItem, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


def rounded(amount: Decimal) -> Decimal:
    """To whole cents, half a cent up: each line is rounded, and a total is the sum of what is
    printed.
    """
    return amount.quantize(CENT, ROUND_HALF_UP)


def price_of(placement: Placement, rate: Rate | None = None) -> Price | None:
    """By the rate card while it is written, as it was submitted from then on.

    None while something is missing that the price depends on, or the rate card has no such line.
    """
    if placement.advertiser.is_house:
        return Price(())
    if placement.price_lines and placement.is_booked:
        return Price(
            tuple(
                PriceItem(each["label"], Decimal(each["amount"])) for each in placement.price_lines
            )
        )
    rate = rate or Rate.objects.filter(product=placement.product).first()
    if rate is None:
        return None
    base = _base(placement, rate)
    if base is None:
        return None
    lines = [base]
    if placement.product == Product.BANNER and placement.section_id and rate.section_surcharge:
        more = rounded(base.amount * rate.section_surcharge / 100)
        lines.append(PriceItem(f"One section only, +{rate.section_surcharge}%", more))
    return Price(tuple(lines))


def pin(placement: Placement) -> None:
    """Keep the price that its advertiser saw, whatever the rate card says later. The caller saves
    it.
    """
    placement.price_lines = []
    price = price_of(placement)
    if price is not None:
        placement.price_lines = [
            {"label": line.label, "amount": str(line.amount)} for line in price.lines
        ]


def _base(placement: Placement, rate: Rate) -> PriceItem | None:
    if rate.basis == Basis.FLAT:
        return PriceItem(f"{placement.get_product_display()}, {rate.unit}", rounded(rate.price))
    if placement.goal is None:
        return None
    label = f"{placement.goal:,} viewable impressions at {dollars(rate.price)} per 1,000"
    return PriceItem(label, rounded(rate.price * placement.goal / 1000))
