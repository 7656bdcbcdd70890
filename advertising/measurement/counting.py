"""Impressions, viewable impressions and clicks, counted once for each token, with a reason for all
that does not count.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from advertising.delivery.slots import SLOTS, STORY_SLOT
from advertising.measurement import invalid_traffic, ledger
from advertising.measurement.invalid_traffic import Event
from advertising.models import Action, Placement, UsedToken
from audience import digests, robots

BILLED = (Action.VIEWABLE, Action.CLICKED)


@dataclass(frozen=True)
class Sender:
    """The browser that sent an event, as far as that is needed today: never stored."""

    network: str = ""
    agent: str = ""

    def digest(self, event: Event) -> str:
        return digests.person(self.network, self.agent, event.at.date())


def count(events: Sequence[Event], sender: Sender) -> list[str]:
    """Store what happened and return for each event its reason, or “” for one that counts.

    One transaction of three statements, and one more to tell the reasons of what is left out.
    """
    found = [invalid_traffic.reason_not_to_count(event) for event in events]
    good = [event for event, reason in zip(events, found, strict=True) if not reason]
    people = {event.at.date(): sender.digest(event) for event in good}
    with transaction.atomic():
        fresh = ledger.spend(_spent(event, people[event.at.date()]) for event in good)
        used = _used_before(
            [event for event in good if not fresh[event.token.nonce, event.action.value]]
        )
        settled = [
            reason or _reason_of_stored(event, fresh, used)
            for event, reason in zip(events, found, strict=True)
        ]
        settled = _within_the_cap(events, settled, sender)
        ledger.add(Counter(map(_line, events, settled)))
        counted = [event for event, reason in zip(events, settled, strict=True) if not reason]
        ledger.add_to_pages(
            Counter((e.token.placement, e.token.page, e.action.value) for e in counted)
        )
    return settled


def _within_the_cap(events: Sequence[Event], reasons: Sequence[str], sender: Sender) -> list[str]:
    """Filter what one network adds to the bill of a placement beyond what its readers would on a
    day, whichever process or machine answers them.
    """
    if not settings.VIEWS_A_DAY:
        return list(reasons)
    lines = [
        (
            event.token.placement,
            digests.network_digest(sender.network, event.at.date()),
            event.at.date(),
            event.action.value,
        )
        if event.action in BILLED and not reason
        else None
        for event, reason in zip(events, reasons, strict=True)
    ]
    totals = ledger.add_of_networks(Counter(line for line in lines if line is not None))
    over = Counter({line: max(total - settings.VIEWS_A_DAY, 0) for line, total in totals.items()})
    found = []
    for line, reason in zip(lines, reasons, strict=True):
        if line is not None and over[line] > 0:
            over[line] -= 1
            reason = robots.RATE
        found.append(reason)
    return found


def _used_before(left_out: Sequence[Event]) -> set[tuple[str, str]]:
    """Return those that were used before; the others were never shown. Asked only when some do not
    count.
    """
    nonces = [event.token.nonce for event in left_out if event.action != Action.RENDERED]
    if not nonces:
        return set()
    return set(UsedToken.objects.filter(nonce__in=nonces).values_list("nonce", "action"))


def _spent(event: Event, person: str) -> UsedToken:
    return UsedToken(
        nonce=event.token.nonce,
        action=event.action,
        placement_id=event.token.placement,
        day=event.at.date(),
        person=person,
    )


def _reason_of_stored(
    event: Event, fresh: Counter[tuple[str, str]], used: set[tuple[str, str]]
) -> str:
    """`fresh` gives each token once, also to two of the same in one request."""
    key = (event.token.nonce, event.action.value)
    if fresh[key]:
        fresh[key] -= 1
        return ""
    was_never_shown = event.action != Action.RENDERED and key not in used
    return invalid_traffic.NO_VIEW if was_never_shown else robots.REPLAYED


def _line(event: Event, reason: str) -> ledger.Line:
    return (event.token.placement, event.token.slot, event.at.date(), event.action.value, reason)


def is_claim_of_ours(placement: int, slot: str) -> bool:
    """Return whether a forged token names a real placement and slot, so that it can be told to whom
    it was meant to be charged.
    """
    return (
        slot in (*SLOTS, STORY_SLOT)
        and 0 < placement < 2**31
        and Placement.objects.filter(pk=placement).exists()
    )
