"""One formatter for every number a reader compares: $97,412 · $0.2214 · $0.00001234 · $1.93tn ·
−0.87%.
"""

from decimal import ROUND_HALF_UP, Decimal

MINUS = "−"
FLAT_BELOW = Decimal("0.05")  # per cent: under it a change has no direction and no colour
UNITS = ((Decimal(10) ** 12, "tn"), (Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"))


def price(value: Decimal) -> str:
    """A price in dollars without its sign: 97,412 and 31.60 and 1.4420 and 0.2214, four digits that
    matter below 1.
    """
    size = abs(value)
    if size >= 10_000:
        return _fixed(value, 0)
    if size >= 5:
        return _fixed(value, 2)
    if size >= 1:
        return _fixed(value, 4)
    return _fixed(value, 3 - size.adjusted() if size else 2)


def dollars(value: Decimal) -> str:
    return f"${price(value)}"


def large(value: Decimal) -> str:
    """A large amount with three digits that matter and its unit: 1.93tn, 41.2bn, 19.9m."""
    for unit, name in UNITS:
        scaled = value / unit
        # By what it is once it is rounded: 999,999,999 is a billion, and no thousand millions.
        if scaled >= Decimal("0.9995"):
            return f"{_fixed(scaled, max(0, 2 - max(scaled.quantize(Decimal('0.01')).adjusted(), 0)))}{name}"
    return _fixed(value, 0)


def axis(value: Decimal, places: int) -> str:
    """A label of an axis whose steps need so many decimals."""
    return _fixed(abs(value) if value == 0 else value, places)


def change(value: Decimal) -> str:
    """A change in per cent: always a sign, a true minus, two decimals."""
    rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else "+"
    return f"{sign}{abs(rounded):,f}%"


def direction(value: Decimal) -> str:
    """“up”, “down”, or “” when the change is too small to have one."""
    if abs(value) < FLAT_BELOW:
        return ""
    return "up" if value > 0 else "down"


def _fixed(value: Decimal, places: int) -> str:
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    return text.replace("-", MINUS)
