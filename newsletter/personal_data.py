"""What the letter holds of one person: told, and erased."""

from typing import Any

from newsletter.models import Subscription

FIELDS = ("email", "status", "source", "consent_text", "asked_at", "mailed_at", "confirmed_at", "left_at")


def export(address: str, accounts: list[Any]) -> dict[str, list[Any]]:
    return {"letter": list(Subscription.objects.filter(email__iexact=address).values(*FIELDS))}


def erase(address: str, accounts: list[Any], *, keep_words: bool = False) -> dict[str, int]:
    return {"letter": Subscription.objects.filter(email__iexact=address).delete()[0]}
