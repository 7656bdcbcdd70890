"""Members of a Ghost site become subscribers, each with the newsletters that they had."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from newsletter.models import Newsletter
from newsletter.subscribing import by_hand
from transfer.ghost.export import Export, moment


@dataclass
class Brought:
    """The result of importing members; `skipped` names an address and why."""

    subscribed: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)


def bring(export: Export, usual: Newsletter | None) -> Brought:
    """Newsletters are matched by address or name; who had one that is not here gets the usual one, if
    there is one. Who had none, or has left, is not brought.
    """
    ours = {name: each for each in Newsletter.objects.all() for name in (each.slug, each.name)}
    there = {each.get("id"): each for each in export.rows("newsletters")}
    wanted: dict[Any, list[Newsletter]] = defaultdict(list)
    for row in export.rows("members_newsletters"):
        named = there.get(row.get("newsletter_id"), {})
        found = ours.get(str(named.get("slug"))) or ours.get(str(named.get("name"))) or usual
        if found and found not in wanted[row.get("member_id")]:
            wanted[row.get("member_id")].append(found)
    brought = Brought()
    for member in export.rows("members"):
        address = str(member.get("email") or "")
        if not (newsletters := wanted[member.get("id")]):
            brought.skipped.append((address, "Had no newsletter that is here."))
            continue
        if member.get("email_disabled") in (1, True):
            brought.skipped.append(
                (address, "Its mail was switched off: it bounced or complained.")
            )
            continue
        at = moment(member.get("created_at"))
        since = f" since {at.day} {at:%B %Y}" if at else ""
        proof = f"Member of {export.site}{since}, brought from its Ghost export."
        refusals = [_refusal(address, newsletter, proof, at) for newsletter in newsletters]
        brought.subscribed += "" in refusals
        brought.skipped += [(address[:80], refusal) for refusal in refusals if refusal]
    return brought


def _refusal(address: str, newsletter: Newsletter, proof: str, at: datetime | None) -> str:
    """Subscribe somebody to one newsletter: who left it here keeps the others. “” where it is done."""
    try:
        by_hand.add(address, [newsletter], proof, source="import", at=at)
    except ValidationError as error:
        return str(error.messages[0])
    return ""
