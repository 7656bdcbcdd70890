"""Bans: whom they stop, for how long, and how that is said."""

from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from comments.models import Ban
from core.email_addresses import inbox

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The largest networks that can be banned: more would be whole countries.
LARGEST = {4: 16, 6: 32}


def of_writer(user: "User | None", email: str, ip: str | None) -> Ban | None:
    """The ban that stands in the way of this writer now. One query, by the values that would
    match.
    """
    written = spellings(email)
    wanted = Q(kind=Ban.Kind.ADDRESS, value__in=[*written, *map(veiled, written)])
    if user is not None:
        wanted |= Q(kind=Ban.Kind.ACCOUNT, value=user.get_username())
    if ip:
        wanted |= Q(kind=Ban.Kind.NETWORK, value__in=networks_of(ip))
    return Ban.objects.filter(wanted).filter(Q(until=None) | Q(until__gt=timezone.now())).first()


def spellings(email: str) -> list[str]:
    """The values under which a ban of an address may stand: its inbox, or as it was typed."""
    return sorted({email.lower(), inbox(email)})


def veiled(email: str) -> str:
    """Return a digest for an address whose owner was erased: the ban goes on, and nobody can read
    whom it is for.
    """
    return "erased:" + salted_hmac("comments.ban", email.lower(), algorithm="sha256").hexdigest()


def networks_of(ip: str) -> list[str]:
    """Every network that a ban could name and that `ip` is in."""
    address = ip_address(ip)
    smallest = address.max_prefixlen
    return [
        str(ip_network((int(address), prefix), strict=False))
        for prefix in range(LARGEST[address.version], smallest + 1)
    ]


def sentence(ban: Ban) -> str:
    if ban.until is None:
        return "You cannot write here. If you think that this is a mistake, write to the desk."
    return f"You cannot write here until {ban.until:%-d %B %Y, %H:%M} UTC."


def normal(kind: str, value: str) -> str:
    """The one way in which a value is written. Raises ValidationError with a sentence."""
    value = value.strip()
    if kind == Ban.Kind.ADDRESS:
        if value.startswith("erased:"):
            return value
        if "@" not in value:
            raise ValidationError("Write the e-mail address in full.")
        return inbox(value)
    if kind == Ban.Kind.ACCOUNT:
        return value
    try:
        network = ip_network(value, strict=False)
    except ValueError as error:
        raise ValidationError(
            "Write an address such as 203.0.113.9, or a network such as 203.0.113.0/24."
        ) from error
    if network.prefixlen < LARGEST[network.version]:
        raise ValidationError(
            f"That network is too large. /{LARGEST[network.version]} is the largest."
        )
    return str(network)


def on_writer(user: "User | None", email: str) -> QuerySet[Ban]:
    """The bans that a ban of this writer makes or changes."""
    wanted = Q(kind=Ban.Kind.ADDRESS, value__in=spellings(email))
    if user is not None:
        wanted |= Q(kind=Ban.Kind.ACCOUNT, value=user.get_username())
    return Ban.objects.filter(wanted)


def impose(
    kind: str, value: str, by: "User | None", until: datetime | None = None, note: str = ""
) -> Ban:
    """Ban, or change the ban that stands already."""
    found = {"until": until, "note": note[:200], "made_by": by}
    return Ban.objects.update_or_create(kind=kind, value=normal(kind, value), defaults=found)[0]
