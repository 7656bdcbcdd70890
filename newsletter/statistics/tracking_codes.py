"""A recipient’s code: it stands in the links of one mail and in its Message-Id, and nobody can make
one up.
"""

from django.utils.crypto import constant_time_compare, salted_hmac

from core.numbers import whole_number

LARGEST_DELIVERY = 2**63 - 1
_LENGTH = 16  # hexadecimal digits


def code_for(delivery: int) -> str:
    return f"{delivery}-{_seal(delivery)}"


def read(code: str) -> int | None:
    """The number of the delivery; None for a code that is not ours."""
    written, _, seal = code.partition("-")
    number = whole_number(written, most=LARGEST_DELIVERY)
    if number is None or not constant_time_compare(seal, _seal(number)):
        return None
    return number


def _seal(delivery: int) -> str:
    return salted_hmac("newsletter.delivery", str(delivery), algorithm="sha256").hexdigest()[
        :_LENGTH
    ]
