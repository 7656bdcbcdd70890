"""The price of a placement before tax: by the rate card of its advertiser’s currency, or as it was
agreed.
"""

from dataclasses import dataclass
from decimal import Decimal

from advertising.billing.amounts import rounded, share, written
from advertising.models import Advertiser, Basis, Placement, Product, Rate


@dataclass(frozen=True)
class PriceItem:
    label: str
    amount: Decimal


@dataclass(frozen=True)
class Price:
    lines: tuple[PriceItem, ...]
    currency: str

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


def rates_for(advertiser: Advertiser | None) -> list[Rate]:
    """The rate card in an advertiser’s currency; for everybody else in the first there is."""
    return rate_card(advertiser)[0]


def rate_card(advertiser: Advertiser | None = None) -> tuple[list[Rate], list[Rate]]:
    """The rates in one currency, and those in all others. One query."""
    rates = list(Rate.objects.all())
    currency = advertiser.currency if advertiser else rates[0].currency if rates else ""
    shown = [rate for rate in rates if rate.currency == currency]
    return shown, [rate for rate in rates if rate.currency != currency]


def rate_of(placement: Placement) -> Rate | None:
    currency = placement.advertiser.currency
    return Rate.objects.filter(product=placement.product, currency=currency).first()


def price_of(placement: Placement, rate: Rate | None = None) -> Price | None:
    """By the rate card while it is written, as it was submitted from then on.

    None while something is missing that the price depends on, or the rate card has no such line.
    """
    if placement.advertiser.is_house:
        return Price((), placement.currency)
    if placement.price_lines and placement.is_booked:
        return Price(
            tuple(
                PriceItem(each["label"], Decimal(each["amount"])) for each in placement.price_lines
            ),
            placement.currency,
        )
    currency = placement.advertiser.currency
    if placement.agreed_price is not None:
        label = f"{placement.get_product_display()}, as agreed"
        return Price((PriceItem(label, placement.agreed_price),), currency)
    rate = rate or rate_of(placement)
    lines = _by_rate(placement, rate) if rate else None
    return Price(tuple(lines), currency) if lines else None


def _by_rate(placement: Placement, rate: Rate) -> list[PriceItem] | None:
    base = _base(placement, rate)
    if base is None:
        return None
    lines = [base]
    if placement.product == Product.BANNER and placement.section_id and rate.section_surcharge:
        more = rounded(base.amount * rate.section_surcharge / 100)
        lines.append(PriceItem(f"One section only, +{rate.section_surcharge}%", more))
    if placement.discount:
        whole = sum((line.amount for line in lines), Decimal(0))
        less = rounded(whole * placement.discount / 100)
        lines.append(PriceItem(f"Discount, −{placement.discount.normalize():f}%", -less))
    return lines


def pin(placement: Placement) -> None:
    """Keep the price that its advertiser saw, whatever the rate card says later. The caller saves
    it.
    """
    placement.price_lines = []
    price = price_of(placement)
    if price is not None:
        placement.currency = price.currency
        placement.price_lines = [
            {"label": line.label, "amount": str(line.amount)} for line in price.lines
        ]


def _base(placement: Placement, rate: Rate) -> PriceItem | None:
    if placement.product == Product.SPONSORED:
        return _by_days(placement, rate)
    if rate.basis == Basis.FLAT:
        return PriceItem(f"{placement.get_product_display()}, {rate.unit}", rounded(rate.price))
    if placement.goal is None:
        return None
    price = written(rate.price, rate.currency)
    label = f"{placement.goal:,} viewable impressions at {price} per 1,000"
    return PriceItem(label, share(rate.price, placement.goal, 1000))


def _by_days(placement: Placement, rate: Rate) -> PriceItem | None:
    """A sponsored article costs the share of the rate’s days that it runs."""
    if not placement.starts_on or not placement.ends_on:
        return None
    days = (placement.ends_on - placement.starts_on).days + 1
    label = f"{placement.get_product_display()}, {days} {'day' if days == 1 else 'days'}"
    if days != rate.days:
        label += f" at {written(rate.price, rate.currency)} for {rate.days}"
    return PriceItem(label, share(rate.price, days, rate.days))
