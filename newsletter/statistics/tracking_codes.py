"""A recipient’s code: it stands in the links of one mail and in its Message-Id, and nobody can make
one up.
"""

from django.utils.crypto import constant_time_compare, salted_hmac

_LENGTH = 16  # hexadecimal digits


def code_for(delivery: int) -> str:
    return f"{delivery}-{_seal(delivery)}"


def read(code: str) -> int | None:
    """The number of the delivery; None for a code that is not ours."""
    number, _, seal = code.partition("-")
    if not (number.isascii() and number.isdecimal()) or len(number) > 18:
        return None
    return int(number) if constant_time_compare(seal, _seal(int(number))) else None


def _seal(delivery: int) -> str:
    return salted_hmac("newsletter.delivery", str(delivery), algorithm="sha256").hexdigest()[
        :_LENGTH
    ]
