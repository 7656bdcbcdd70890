"""Members of a Ghost site become subscribers, each with the newsletters that they had."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from newsletter.models import Newsletter
from newsletter.subscribing import by_hand
from transfer.ghost.export import Export, moment


@dataclass
class Brought:
    """What became of the members; `skipped` names an address and why."""

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
        at = moment(member.get("created_at"))
        since = f" since {at.day} {at:%B %Y}" if at else ""
        try:
            by_hand.add(
                address,
                newsletters,
                f"Member of {export.site}{since}, brought from its Ghost export.",
                source="import",
                at=at,
            )
        except ValidationError as error:
            brought.skipped.append((address[:80], error.messages[0]))
        else:
            brought.subscribed += 1
    return brought
