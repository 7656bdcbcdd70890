"""Personal data in advertising: exported and erased. What a firm bought stays with the firm."""

from typing import Any

from advertising.models import Advertiser, Invitation, Membership, Message, Order, ReviewDecision
from advertising.organisations import membership


def export(address: str, accounts: list[Any]) -> dict[str, list[Any]]:
    member_of = Advertiser.objects.filter(members__in=accounts).distinct()
    contact_of = Advertiser.objects.filter(contact_email__iexact=address)
    return {
        "advertisers, as a member": list(member_of.values("name", "created_at")),
        "advertisers, as the contact": list(contact_of.values("name", "contact_email")),
        "invitations": list(
            Invitation.objects.filter(email__iexact=address).values(
                "advertiser__name", "created_at"
            )
        ),
        "messages to the desk": list(
            Message.objects.filter(by__in=accounts).values("placement", "text", "at")
        ),
        "orders placed": list(
            Order.objects.filter(placed_by__in=accounts).values("number", "placed_at")
        ),
        "steps of placements": list(
            ReviewDecision.objects.filter(by__in=accounts).values("placement", "new_status", "at")
        ),
    }


def erase(address: str, accounts: list[Any], *, keep_words: bool = False) -> dict[str, int]:
    """The person leaves their firms. Placements and the record of their steps stay, without a
    name.
    """
    contact_of = Advertiser.objects.filter(contact_email__iexact=address)
    firms = list(Advertiser.objects.filter(members__in=accounts))
    left = Membership.objects.filter(user__in=accounts).delete()[0]
    for firm in firms:
        membership.see_to_an_owner(firm)
    return {
        "advertisers, as a member": left,
        "advertisers, as the contact": contact_of.update(contact_email=""),
        "invitations": Invitation.objects.filter(email__iexact=address).delete()[0],
        "invitations sent": Invitation.objects.filter(by__in=accounts).update(by=None),
        "messages to the desk": Message.objects.filter(by__in=accounts).update(by=None),
        "orders placed": Order.objects.filter(placed_by__in=accounts).update(placed_by=None),
        "steps of placements": ReviewDecision.objects.filter(by__in=accounts).update(by=None),
    }
