"""E-mail addresses that a mail can be sent to. Lives here because comments and the newsletter both
know articles.
"""

from django.core.exceptions import ValidationError

LONGEST = 254  # RFC 5321, as a path without its brackets
IN_FULL = "Write the address in full, such as name@example.com."


def can_be_mailed(address: str) -> None:
    """Raise ValidationError for a domain that no mail server could be asked about."""
    _domain_on_wire(address)


def one_spelling(address: str) -> str:
    """The same for every way to write an address: small letters, and a domain as it stands on the
    wire.

    Raises ValidationError for one that no mail can be sent to.
    """
    name, _, _ = address.lower().rpartition("@")
    spelled = f"{name}@{_domain_on_wire(address.lower())}"
    if not name or len(spelled) > LONGEST:
        raise ValidationError(IN_FULL)
    return spelled


def spelled(address: str) -> str:
    """As `one_spelling`, to look an address up: one that no mail can be sent to stays as it is, in
    small letters.
    """
    try:
        return one_spelling(address)
    except ValidationError:
        return address.lower()


# Dots in these mean nothing, and both domains are one: https://support.google.com/mail/answer/7436150.
GOOGLE = frozenset({"gmail.com", "googlemail.com"})


def inbox(address: str) -> str:
    """Return the inbox of an address, in small letters: what stands behind a plus sign reaches the
    same person (RFC 5233), and so do the spellings that a provider takes for one.
    """
    name, _, domain = address.lower().rpartition("@")
    name = name.partition("+")[0] or name
    if domain in GOOGLE:
        name, domain = name.replace(".", "") or name, "gmail.com"
    return f"{name}@{domain}"


def _domain_on_wire(address: str) -> str:
    try:
        return address.rpartition("@")[2].encode("idna").decode()
    except UnicodeError as error:
        raise ValidationError(IN_FULL) from error
