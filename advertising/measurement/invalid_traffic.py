"""
Reasons why something is not counted as seen or clicked: invalid traffic.

The first rule that applies gives the reason. Each reason is counted like everything else, so an
advertiser can see what was filtered: gross = billable + reasons. The rules follow the general part
of the MRC’s guidelines on invalid traffic; lists of data centres are not public and not used.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from advertising.delivery import tokens
from advertising.models import Action
from audience import robots
from audience.robots import (
    FORGED,
    HIDDEN,
    PREFETCH,
    RATE,
    REPLAYED,
    ROBOT,
    STAFF,
    UNKNOWN,
    agent_reason,
)

OLD, TOO_FAST = "old", "too_fast"
ADVERTISER, NO_VIEW = "advertiser", "no_view"
# Of newsletters: what opens links before anybody reads.
SCANNER, TRAP = "scanner", "trap"

# As reports name them.
LABELS = {
    FORGED: "Token not ours",
    REPLAYED: "Token used before",
    OLD: "Token too old",
    TOO_FAST: "Faster than a person",
    ROBOT: robots.LABELS[ROBOT],
    UNKNOWN: robots.LABELS[UNKNOWN],
    PREFETCH: robots.LABELS[PREFETCH],
    HIDDEN: robots.LABELS[HIDDEN],
    STAFF: robots.LABELS[STAFF],
    ADVERTISER: "The advertiser’s own people",
    RATE: robots.LABELS[RATE],
    NO_VIEW: "Seen or clicked, but never shown",
    SCANNER: "A mail scanner that opens every link",
    TRAP: "Opened a link that no person sees",
}

# A viewable second cannot be over sooner after the offer, and nobody reads and clicks in less.
SOONEST = {Action.VIEWABLE: timedelta(seconds=1), Action.CLICKED: timedelta(milliseconds=500)}


@dataclass(frozen=True)
class Event:
    """Something that a browser says happened, with what its request tells."""

    action: Action
    token: tokens.Token
    at: datetime
    agent: str = ""
    method: str = "POST"
    is_forged: bool = False
    is_prefetch: bool = False
    is_hidden: bool = False
    is_over_rate: bool = False


def _was_known_when_offered(event: Event) -> str:
    return event.token.reason


def _is_forged(event: Event) -> str:
    return FORGED if event.is_forged else ""


def _is_robot(event: Event) -> str:
    return agent_reason(event.agent) or (ROBOT if event.method == "HEAD" else "")


def _is_prefetch(event: Event) -> str:
    return PREFETCH if event.is_prefetch else ""


def _is_old(event: Event) -> str:
    return OLD if event.token.age(event.at) > tokens.VALID_FOR else ""


def _is_too_fast(event: Event) -> str:
    """By one clock alone: those of two machines differ by more than the seconds that are measured."""
    soonest = SOONEST.get(event.action)
    is_one_clock = event.token.issuer in ("", tokens.THIS_MACHINE)
    return TOO_FAST if soonest and is_one_clock and event.token.age(event.at) < soonest else ""


def _is_hidden(event: Event) -> str:
    return HIDDEN if event.is_hidden else ""


def _is_over_rate(event: Event) -> str:
    return RATE if event.is_over_rate else ""


# A token that was used before, and a click on what was never shown, are found where the event is
# stored.
RULES: Sequence[Callable[[Event], str]] = (
    _is_forged,
    _is_robot,
    _is_prefetch,
    _was_known_when_offered,
    _is_old,
    _is_too_fast,
    _is_hidden,
    _is_over_rate,
)


def reason_not_to_count(event: Event) -> str:
    return next(filter(None, (rule(event) for rule in RULES)), "")
