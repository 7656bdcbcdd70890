"""
Check of a sender’s domain, from its DNS records as they are pasted: SPF, DKIM, DMARC.

Gmail, Yahoo and Microsoft refuse or hide newsletters of senders that lack any of the three, or
whose signature is not of the domain that readers see: RFC 7208, RFC 6376, RFC 7489, and the
services’ rules for bulk senders.
"""

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from Crypto.PublicKey import RSA
from publicsuffixlist import PublicSuffixList

MOST_LOOKUPS = 10  # RFC 7208, section 4.6.4
SHORTEST_KEY, GOOD_KEY = 1024, 2048  # bits
_LOOKUPS = ("include", "a", "mx", "ptr", "exists", "redirect")


class Weight(StrEnum):
    GOOD = "good"
    ADVICE = "advice"
    MISSING = "missing"


@dataclass(frozen=True)
class DnsFinding:
    weight: Weight
    about: str
    sentence: str


def check(domain: str, spf: str, dkim: str, dkim_domain: str, dmarc: str) -> list[DnsFinding]:
    """In the order in which one would mend them."""
    is_strict = tags(dmarc).get("adkim", "").lower() == "s"
    return [
        *_spf(spf),
        *_dkim(dkim),
        *_aligned(domain, dkim_domain or domain, is_strict),
        *_dmarc(dmarc),
    ]


def tags(record: str) -> dict[str, str]:
    """The tags of a DKIM or DMARC record, in the quotes of a zone file or without."""
    parts = (part.partition("=") for part in _unquoted(record).split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in parts if equals}


def _unquoted(record: str) -> str:
    """Long records stand in several quoted strings, which belong together."""
    text = " ".join(record.split())
    return text.replace('" "', "").replace('"', "").strip()


def _spf(record: str) -> list[DnsFinding]:
    records = [
        line for line in map(_unquoted, record.splitlines()) if line.lower().startswith("v=spf1")
    ]
    if not records:
        return [
            DnsFinding(
                Weight.MISSING,
                "SPF",
                "There is no record that begins with v=spf1. Add one TXT record.",
            )
        ]
    if len(records) > 1:
        return [
            DnsFinding(
                Weight.MISSING, "SPF", "There are two records. Only one is allowed: join them."
            )
        ]
    terms = records[0].lower().split()[1:]
    found = []
    names = [term.lstrip("+-~?").replace("=", ":").split(":")[0].split("/")[0] for term in terms]
    lookups = sum(name in _LOOKUPS for name in names)
    if lookups > MOST_LOOKUPS:
        found.append(
            DnsFinding(Weight.MISSING, "SPF", f"It asks for {lookups} look-ups; ten are allowed.")
        )
    if "ptr" in names:
        found.append(
            DnsFinding(
                Weight.ADVICE, "SPF", "“ptr” is slow and deprecated. Name the servers instead."
            )
        )
    if any(term in ("+all", "all") for term in terms):
        found.append(
            DnsFinding(
                Weight.MISSING,
                "SPF",
                "“+all” lets anybody send in your name. End with ~all or -all.",
            )
        )
    elif "redirect" not in names and not any(term in ("-all", "~all") for term in terms):
        found.append(
            DnsFinding(
                Weight.ADVICE,
                "SPF",
                "It does not say what to do with others. End with ~all or -all.",
            )
        )
    return found or [
        DnsFinding(Weight.GOOD, "SPF", "One record, which says who may send and refuses the rest.")
    ]


def _dkim(record: str) -> list[DnsFinding]:
    found = tags(record)
    key = found.get("p", "").replace(" ", "")
    if "p" not in found:
        return [
            DnsFinding(
                Weight.MISSING, "DKIM", "There is no key (p=). Publish the one of your mail server."
            )
        ]
    if not key:
        return [
            DnsFinding(
                Weight.MISSING, "DKIM", "The key is empty: it was revoked. Publish a new one."
            )
        ]
    results = _strength(key, found.get("k", "rsa").lower())
    if "y" in found.get("t", "").split(":"):
        results.append(
            DnsFinding(Weight.ADVICE, "DKIM", "t=y says that you are testing; take it out.")
        )
    return results or [DnsFinding(Weight.GOOD, "DKIM", "A key is published, and long enough.")]


def _strength(key: str, kind: str) -> list[DnsFinding]:
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return [DnsFinding(Weight.MISSING, "DKIM", "The key is not base64. Copy it again, whole.")]
    if kind == "ed25519":
        right = len(raw) == 32
        return (
            []
            if right
            else [
                DnsFinding(Weight.MISSING, "DKIM", "An Ed25519 key has 32 bytes; this one has not.")
            ]
        )
    try:
        bits = RSA.import_key(raw).size_in_bits()
    except (ValueError, IndexError, TypeError):
        return [DnsFinding(Weight.MISSING, "DKIM", "The key cannot be read. Copy it again, whole.")]
    if bits < SHORTEST_KEY:
        return [
            DnsFinding(
                Weight.MISSING, "DKIM", f"The key has {bits} bits; services want {GOOD_KEY}."
            )
        ]
    if bits < GOOD_KEY:
        return [
            DnsFinding(
                Weight.ADVICE, "DKIM", f"The key has {bits} bits. It works; {GOOD_KEY} are better."
            )
        ]
    return []


def _aligned(domain: str, signing: str, is_strict: bool) -> list[DnsFinding]:
    """RFC 7489, section 3.1: both belong to one organisation; with adkim=s they are the very
    same.
    """
    one, other = domain.lower().strip(". "), signing.lower().strip(". ")
    if one == other or (not is_strict and _organisation(one) == _organisation(other)):
        return [
            DnsFinding(
                Weight.GOOD, "Alignment", f"Mails are signed by {other}, and readers see {one}."
            )
        ]
    if _organisation(one) == _organisation(other):
        sentence = f"Mails are signed by {other}, and readers see {one}: with adkim=s DMARC fails. Take adkim=s out."
        return [DnsFinding(Weight.MISSING, "Alignment", sentence)]
    sentence = f"Mails are signed by {other}, but readers see {one}: DMARC fails. Sign with your own domain."
    return [DnsFinding(Weight.MISSING, "Alignment", sentence)]


@cache
def _suffixes() -> PublicSuffixList:
    """Under which names domains are given out. Read when it is first needed."""
    return PublicSuffixList()


def _organisation(domain: str) -> str:
    return _suffixes().privatesuffix(domain) or domain


def _dmarc(record: str) -> list[DnsFinding]:
    found = tags(record)
    if found.get("v", "").upper() != "DMARC1":
        sentence = (
            "There is no record that begins with v=DMARC1. Add v=DMARC1; p=none under _dmarc."
        )
        return [DnsFinding(Weight.MISSING, "DMARC", sentence)]
    policy = found.get("p", "").lower()
    results = []
    if policy not in ("none", "quarantine", "reject"):
        results.append(
            DnsFinding(
                Weight.MISSING, "DMARC", "It needs a policy: p=none, p=quarantine or p=reject."
            )
        )
    elif policy == "none":
        sentence = (
            "p=none is enough for services. p=quarantine keeps others from writing in your name."
        )
        results.append(DnsFinding(Weight.ADVICE, "DMARC", sentence))
    if "rua" not in found:
        results.append(
            DnsFinding(
                Weight.ADVICE, "DMARC", "Without rua= nobody tells you who sends in your name."
            )
        )
    return results or [
        DnsFinding(Weight.GOOD, "DMARC", f"The policy is {policy}, and reports come to you.")
    ]
