"""Amounts of money: how they are rounded, taxed and written. The one place where a cent is made."""

from decimal import ROUND_HALF_UP, Decimal

from advertising.choices import DEFAULT_CURRENCY

CENT = Decimal("0.01")
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CHF": "CHF\u00a0"}


def rounded(amount: Decimal) -> Decimal:
    """To whole cents, half a cent up: each line is rounded, and a total is the sum of what is
    printed.
    """
    return amount.quantize(CENT, ROUND_HALF_UP)


def tax_on(net: Decimal, percent: Decimal) -> Decimal:
    """Of all lines of one rate together, rounded once (EN 16931, BR-CO-17)."""
    return rounded(net * percent / 100)


def net_within(gross: Decimal, percent: Decimal) -> Decimal:
    """The net amount in one that was named with its tax."""
    return rounded(gross * 100 / (100 + percent))


def written(amount: Decimal, currency: str = DEFAULT_CURRENCY) -> str:
    """As everywhere: $1,234.50, and −€3.00 with a minus that is one."""
    sign = "−" if amount < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency)}{abs(amount):,.2f}"


def share(amount: Decimal, part: int, whole: int) -> Decimal:
    """So many of so many parts, to the cent."""
    return rounded(amount * part / whole)
