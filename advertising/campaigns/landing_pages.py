"""Landing pages: sites of the open web, by their own names, over TLS."""

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from core.fraud_signs import lookalikes

NOT_PUBLIC = frozenset(
    {
        "localhost",
        "local",
        "internal",
        "lan",
        "home",
        "corp",
        "intranet",
        "onion",
        "test",
        "invalid",
    }
)
# Behind these nobody can see where a link leads.
SHORTENERS = frozenset(
    {"bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "cutt.ly", "rebrand.ly", "t.ly"}
)


def check_target(address: str) -> None:
    """Raises ValidationError with a sentence that says how to mend it."""
    if any(ord(letter) <= 32 or letter == "\\" for letter in address):
        raise ValidationError("Take the spaces and backslashes out of the address.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValidationError("This is not an address that a browser can open.") from None
    if parts.scheme != "https":
        raise ValidationError("Use an address that starts with https://.")
    if "@" in parts.netloc:
        raise ValidationError(
            "Take the user name out of the address: it hides where the link leads."
        )
    if port not in (None, 443):
        raise ValidationError("Use the usual port: take the number after the colon out.")
    _check_host(host_of(address))


def host_of(address: str) -> str:
    return (urlsplit(address).hostname or "").rstrip(".").lower()


def _check_host(host: str) -> None:
    if _is_number(host):
        raise ValidationError("Use the name of a site, not a number.")
    if "." not in host or host.rsplit(".", 1)[-1] in NOT_PUBLIC:
        raise ValidationError("Use a site that every reader can reach.")
    if host.removeprefix("www.") in SHORTENERS:
        raise ValidationError("Give the address itself: a shortened one hides where it leads.")
    if looks_like_another(host):
        raise ValidationError(
            "This name has letters of another alphabet that readers would take for ours."
        )


def _is_number(host: str) -> bool:
    """An address in numbers, also in the old ways of writing one that browsers take: 2130706433,
    0x7f.1.
    """
    try:
        ipaddress.ip_address(host.strip("[]"))
        return True
    except ValueError:
        last = host.rsplit(".", 1)[-1]
        return bool(re.fullmatch(r"\d+|0x[0-9a-f]*", last))


def looks_like_another(host: str) -> bool:
    """Return whether a name that is not Latin reads like one that is: аpple.com with a Cyrillic а.
    Müller is Latin.
    """
    return any(
        _is_foreign(label) and lookalikes.plain(label).isascii() for label in _in_letters(host)
    )


def _is_foreign(label: str) -> bool:
    return any(
        not letter.isascii() and "LATIN" not in unicodedata.name(letter, "") for letter in label
    )


def _in_letters(host: str) -> list[str]:
    """The labels that are not ASCII, written out: xn--… is what a browser sends, not what a reader
    sees.
    """
    found = []
    for label in host.split("."):
        if label.startswith("xn--"):
            try:
                label = label[4:].encode("ascii").decode("punycode")
            except UnicodeError:
                continue
        if not label.isascii():
            found.append(label)
    return found


def is_of(host: str, domain: str) -> bool:
    """Return whether `host` is `domain` or stands under it."""
    domain = domain.removeprefix("www.")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def imitates(host: str, domain: str) -> bool:
    """Return whether a reader may take `host` for `domain`, which it is not: pa1isade.example,
    palisade-custody.example.co.
    """
    if not domain or is_of(host, domain):
        return False
    name = domain.removeprefix("www.").split(".")[0]
    skeletons = {lookalikes.skeleton(label) for label in host.split(".")}
    wanted = lookalikes.skeleton(name)
    return len(wanted) > 3 and any(wanted in each for each in skeletons)
