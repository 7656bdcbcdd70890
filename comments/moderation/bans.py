"""Bans: whom they stop, for how long, and how that is said."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from comments.models import Ban, SiteComment
from core.clock import as_readers, local_time
from core.email_addresses import inbox, spelled
from core.keyed_digests import digests

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The largest networks that can be banned: more would be whole countries.
LARGEST = {4: 16, 6: 32}
MOST_LABELS = 6
# Domains at which anybody has an address: a ban of one would be a ban of everybody.
PROVIDERS = frozenset(
    (
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com"),
        *("yahoo.com", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "proton.me"),
        *("protonmail.com", "pm.me", "gmx.net", "gmx.com", "gmx.de", "web.de", "t-online.de"),
        *("mail.com", "mail.ru", "yandex.ru", "yandex.com", "zoho.com", "fastmail.com", "hey.com"),
        *("orange.fr", "free.fr", "laposte.net", "libero.it", "uol.com.br", "bol.com.br", "qq.com"),
        *("163.com", "126.com", "naver.com", "daum.net", "hanmail.net", "tutanota.com", "tuta.com"),
    )
)


def of_writer(user: "User | None", email: str, ip: str | None) -> Ban | None:
    """The ban that stands in the way of this writer now. One query, by the values that would
    match.
    """
    written = spellings(email)
    wanted = Q(
        kind=Ban.Kind.ADDRESS, value__in=[*written, *chain.from_iterable(map(veils, written))]
    )
    wanted |= Q(kind=Ban.Kind.DOMAIN, value__in=_domains_of(email))
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
    return veils(email)[0]


def veils(email: str) -> list[str]:
    """The same by every key that the site has or had, the present one first."""
    return [f"erased:{each}" for each in digests("comments.ban", email.lower())]


def networks_of(ip: str) -> list[str]:
    """Every network that a ban could name and that `ip` is in."""
    address = ip_address(ip)
    smallest = address.max_prefixlen
    return [
        str(ip_network((int(address), prefix), strict=False))
        for prefix in range(LARGEST[address.version], smallest + 1)
    ]


def _domains_of(email: str) -> list[str]:
    """The domain of an address and those above it: a ban of spam.example is of mail.spam.example
    as well.
    """
    domain = spelled(email).rpartition("@")[2]
    labels = domain.split(".")[-MOST_LABELS:]
    return [".".join(labels[cut:]) for cut in range(len(labels) - 1)]


def sentence(ban: Ban) -> str:
    """The sentence for the writer."""
    reason = f" {ban.reason}" if ban.reason else ""
    if ban.until is None:
        return f"You cannot write here.{reason} If you think that this is a mistake, write to the desk."
    with as_readers():
        return f"You cannot write here until {local_time(ban.until, '%-d %B %Y, %H:%M')}.{reason}"


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
    if kind == Ban.Kind.DOMAIN:
        return _normal_domain(value)
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


def _normal_domain(value: str) -> str:
    domain = value.rpartition("@")[2].strip().strip(".").lower()
    try:
        on_wire = domain.encode("idna").decode()
    except UnicodeError as error:
        raise ValidationError("Write a domain such as spam.example.") from error
    if "." not in on_wire:
        raise ValidationError("Write a domain such as spam.example.")
    if on_wire in PROVIDERS:
        raise ValidationError(f"{on_wire} gives addresses to everybody. Ban the address instead.")
    return on_wire


@dataclass(frozen=True)
class Sentence:
    """A ban as a moderator wants it: which ways in, until when, and why."""

    kinds: tuple[str, ...] = (Ban.Kind.ACCOUNT, Ban.Kind.ADDRESS)
    until: datetime | None = None
    reason: str = ""
    by: "User | None" = None


def values_of(comment: SiteComment) -> dict[str, str]:
    """Values of a comment’s writer that can be banned, by kind: nothing of somebody who was erased."""
    found = {}
    if comment.user is not None:
        found[Ban.Kind.ACCOUNT] = comment.user.get_username()
    if "@" in comment.user_email and not comment.user_email.endswith(".invalid"):
        found[Ban.Kind.ADDRESS] = comment.user_email
        domain = spelled(comment.user_email).rpartition("@")[2]
        if domain not in PROVIDERS:
            found[Ban.Kind.DOMAIN] = domain
    if comment.ip_address:
        found[Ban.Kind.NETWORK] = comment.ip_address
    return {str(kind): value for kind, value in found.items()}


def impose_on(comment: SiteComment, wanted: Sentence) -> list[list[Any]]:
    """Ban the writer of a comment. Returns what `put_back` needs."""
    made = []
    for kind, value in values_of(comment).items():
        if kind not in wanted.kinds:
            continue
        before = Ban.objects.filter(kind=kind, value=normal(kind, value)).first()
        ban = impose(kind, value, wanted.by, wanted.until, f"Comment {comment.pk}", wanted.reason)
        made.append([ban.pk, _as_row(before), ban.made_by_id])
    return made


def _as_row(ban: Ban | None) -> list[Any] | None:
    if ban is None:
        return None
    until = ban.until.isoformat() if ban.until else None
    return [until, ban.note, ban.reason, ban.made_by_id]


def put_back(made: list[list[Any]]) -> int:
    """Lift what a decision banned, and give a ban that stood before its time again; what others
    changed since stays. Returns how many.
    """
    number = 0
    for pk, before, made_by in made:
        ban = Ban.objects.filter(pk=pk, made_by=made_by)
        if before is None:
            number += ban.delete()[0]
        else:
            until, note, reason, by = before
            moment = parse_datetime(until) if until else None
            number += ban.update(until=moment, note=note, reason=reason, made_by=by)
    return number


def impose(
    kind: str,
    value: str,
    by: "User | None",
    until: datetime | None = None,
    note: str = "",
    reason: str = "",
) -> Ban:
    """Ban, or change the ban that stands already."""
    found = {"until": until, "note": note[:200], "reason": reason[:200], "made_by": by}
    return Ban.objects.update_or_create(kind=kind, value=normal(kind, value), defaults=found)[0]
