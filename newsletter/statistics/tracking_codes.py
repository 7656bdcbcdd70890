"""A recipient’s code: it stands in the links of one mail and in its Message-Id, and nobody can make
one up.
"""

from core.keyed_digests import digest, is_digest
from core.numbers import whole_number

PURPOSE = "newsletter.delivery"
LARGEST_DELIVERY = 2**63 - 1
_LENGTH = 16  # hexadecimal digits


def code_for(delivery: int) -> str:
    return f"{delivery}-{digest(PURPOSE, str(delivery))[:_LENGTH]}"


def read(code: str) -> int | None:
    """The number of the delivery; None for a code that is not ours."""
    written, _, seal = code.partition("-")
    number = whole_number(written, most=LARGEST_DELIVERY)
    if number is None or len(seal) != _LENGTH or not is_digest(seal, PURPOSE, str(number)):
        return None
    return number
