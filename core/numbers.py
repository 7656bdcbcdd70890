"""One bounded whole number for every address and form."""

from django.urls import register_converter

# The largest key that every table of ours and of the libraries can hold: PostgreSQL refuses to compare larger ones.
LARGEST_KEY = 2**31 - 1


def whole_number(text: str, most: int = LARGEST_KEY) -> int | None:
    """Return the number that plain digits write, from 0 to `most`; None for anything else."""
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if number <= most else None


class KeyConverter:
    """`<key:pk>` in an address: a number that may be a row’s key. Larger ones are no address."""

    regex = r"[0-9]{1,10}"

    def to_python(self, value: str) -> int:
        number = whole_number(value)
        if number is None:
            raise ValueError("This is no key.")
        return number

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(KeyConverter, "key")
