"""
An envelope sender of its own for each mail (VERP): the bounce address, the recipient, and a
signature, so that nobody ends another person’s mail by inventing a bounce.
"""

import re

from django.conf import settings

from core.keyed_digests import digest, is_digest

PURPOSE = "core.bounces"
SIGNATURE = 10  # hexadecimal digits
LONGEST_LOCAL_PART = 64  # RFC 5321


def address_for(recipient: str) -> str:
    """The envelope sender of a mail to `recipient`; the plain bounce address, where it would be too
    long; nothing without one.
    """
    base: str = settings.BOUNCE_ADDRESS
    if not base or settings.MAIL_PROVIDER:
        return ""
    name, _, host = base.rpartition("@")
    address = recipient.lower()
    signature = digest(PURPOSE, address)[:SIGNATURE]
    local = f"{name}+{address.replace('@', '=')}-{signature}"
    fits = len(local) <= LONGEST_LOCAL_PART and local.isascii()
    return f"{local}@{host}" if fits else base


def recipient_of(text: str) -> str:
    """The recipient that a bounce address in `text` names, if it is signed by us."""
    name, _, host = settings.BOUNCE_ADDRESS.rpartition("@")
    ours = re.compile(
        rf"{re.escape(name)}\+([^\s<>@]{{1,60}})=([^\s<>@=]{{1,60}})-([0-9a-f]{{{SIGNATURE}}})@{re.escape(host)}",
        re.IGNORECASE,
    )
    for local, domain, signature in ours.findall(text):
        address = f"{local}@{domain}".lower()
        if is_digest(signature.lower(), PURPOSE, address):
            return address
    return ""
