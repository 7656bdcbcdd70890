"""E-mail addresses that a mail can be sent to. Lives here because comments and the letter both know articles."""

from django.core.exceptions import ValidationError


def can_be_mailed(address: str) -> None:
    """Raise ValidationError for a domain that no mail server could be asked about."""
    try:
        address.rsplit("@", 1)[-1].encode("idna")
    except UnicodeError as error:
        raise ValidationError("Write the address in full, such as name@example.com.") from error
