"""What browsers say of placements, counted: once for each token, with a reason for all that does not count."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from advertising import ledger, reach, reasons
from advertising.models import Action, Placement, SpentToken
from advertising.reasons import Event
from advertising.slots import SLOTS, STORY_SLOT


@dataclass(frozen=True)
class Sender:
    """Whose browser it is, as far as that is needed today: never stored."""

    network: str = ""
    agent: str = ""

    def digest(self, event: Event) -> str:
        return reach.person(self.network, self.agent, event.at.date())


def count(events: Sequence[Event], sender: Sender) -> list[str]:
    """Store what happened and return for each event its reason, or “” for one that counts.

    One transaction of three statements at most, and one more when there is a click.
    """
    found = [reasons.reason_not_to_count(event) for event in events]
    good = [event for event, reason in zip(events, found, strict=True) if not reason]
    people = {event.at.date(): sender.digest(event) for event in good}
    with transaction.atomic():
        shown = _shown([event for event in good if event.action == Action.CLICKED])
        good = [event for event in good if event.action != Action.CLICKED or event.token.nonce in shown]
        fresh = ledger.spend(_spent(event, people[event.at.date()]) for event in good)
        settled = [
            reason or _reason_of_stored(event, fresh, shown) for event, reason in zip(events, found, strict=True)
        ]
        ledger.add(Counter(map(_line, events, settled)))
        counted = [event for event, reason in zip(events, settled, strict=True) if not reason]
        ledger.add_to_pages(Counter((e.token.placement, e.token.page, e.action.value) for e in counted))
    return settled


def _shown(clicks: Sequence[Event]) -> set[str]:
    """Which of the offers that were clicked on had been shown."""
    if not clicks:
        return set()
    nonces = [event.token.nonce for event in clicks]
    rows = SpentToken.objects.filter(nonce__in=nonces, action=Action.RENDERED)
    return set(rows.values_list("nonce", flat=True))


def _spent(event: Event, person: str) -> SpentToken:
    return SpentToken(
        nonce=event.token.nonce,
        action=event.action,
        placement_id=event.token.placement,
        day=event.at.date(),
        person=person,
    )


def _reason_of_stored(event: Event, fresh: Counter[tuple[str, str]], shown: set[str]) -> str:
    """`fresh` gives each token once, also to two of the same in one request."""
    if event.action == Action.CLICKED and event.token.nonce not in shown:
        return reasons.NO_VIEW
    key = (event.token.nonce, event.action.value)
    if not fresh[key]:
        return reasons.REPLAYED
    fresh[key] -= 1
    return ""


def _line(event: Event, reason: str) -> ledger.Line:
    return (event.token.placement, event.token.slot, event.at.date(), event.action.value, reason)


def is_claim_of_ours(placement: int, slot: str) -> bool:
    """Whether a forged token names something that exists, so that it can be told to whom it was meant to be charged."""
    return slot in (*SLOTS, STORY_SLOT) and 0 < placement < 2**31 and Placement.objects.filter(pk=placement).exists()
