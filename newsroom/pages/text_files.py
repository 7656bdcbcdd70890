"""Validators of the text files that machines read: robots.txt, ads.txt, security.txt."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

_SELLER = re.compile(
    r"[\w.-]{1,200}\.[a-z]{2,20},\s{0,9}[^,\s]{1,200},\s*(DIRECT|RESELLER)(,\s*[\w-]+)?(;.*)?",
    re.IGNORECASE,
)
_VARIABLE = re.compile(
    r"(CONTACT|SUBDOMAIN|INVENTORYPARTNERDOMAIN|OWNERDOMAIN|MANAGERDOMAIN)=\S.*", re.IGNORECASE
)
_RULE = re.compile(r"(User-agent|Allow|Disallow|Crawl-delay|Host|Clean-param):.*", re.IGNORECASE)


def ads_lines(text: str) -> None:
    """Raise ValidationError for a line that ads.txt 1.1 does not know."""
    _check(text, "A line such as “exchange.example, 1234, DIRECT” is needed", _SELLER, _VARIABLE)


def robots_lines(text: str) -> None:
    """Raise ValidationError for a line that is no rule of RFC 9309 or one that large robots
    know.
    """
    _check(text, "A line such as “Disallow: /drafts/” is needed", _RULE)


def _check(text: str, wanted: str, *kinds: re.Pattern[str]) -> None:
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if line and not line.startswith("#") and not any(kind.fullmatch(line) for kind in kinds):
            raise ValidationError(f"{wanted}; line {number} is something else.")


def mail_or_https(text: str) -> None:
    """Raise ValidationError for what is neither an e-mail address nor one that starts with
    https://.
    """
    try:
        (URLValidator(schemes=["https"]) if "://" in text else validate_email)(text)
    except ValidationError as error:
        raise ValidationError(
            "Write an e-mail address, or one that starts with https://."
        ) from error
