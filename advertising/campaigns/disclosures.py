"""The disclosure of a paid story: who paid, in what, and how much. The amount is that of the
order, never a text somebody typed.
"""

from advertising.billing import rates
from advertising.billing.amounts import written
from advertising.models import Creative, PaymentDisclosure, Placement, Product

NAMES = {Product.SPONSORED: "article", Product.PRESS_RELEASE: "press release"}
SENTENCES = {
    PaymentDisclosure.MONEY: "{payer} paid {amount} for this {what}.",
    PaymentDisclosure.TOKENS: "{payer} paid {amount} in tokens for this {what}.",
    PaymentDisclosure.NONE: "{payer} supplied this {what}. Nobody paid for it.",
}


def sentence(placement: Placement, creative: Creative) -> str:
    """Of a paid story; empty of everything else, and while it is not known who pays."""
    if not placement.is_paid_story or not creative.payer:
        return ""
    price = rates.price_of(placement)
    is_free = price is not None and price.total == 0
    form = PaymentDisclosure(creative.payment or PaymentDisclosure.MONEY)
    if is_free:
        form = PaymentDisclosure.NONE
    elif form == PaymentDisclosure.NONE:
        form = PaymentDisclosure.MONEY
    amount = written(price.total, price.currency).removesuffix(".00") if price else "an amount"
    return SENTENCES[form].format(
        payer=creative.payer, amount=amount, what=NAMES[Product(placement.product)]
    )
