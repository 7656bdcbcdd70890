"""
The signed position of a slot: its page, section and coins, so that no browser can claim another
page.

It is part of the kept page, the same for every reader, and holds as long as the secret of the site.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing

from advertising.delivery.slots import STORY_SLOT

_signer = signing.Signer(salt="advertising.page")


@dataclass(frozen=True)
class Position:
    """One slot of one page: its name, the page’s path, its section, and the symbols of the coins it
    is about.

    `story` is the number of a paid article on its own page.
    """

    slot: str
    page: str
    section: int | None = None
    coins: tuple[str, ...] = ()
    story: int | None = None


def sign(position: Position) -> str:
    return _signer.sign_object(
        [position.slot, position.page, position.section, list(position.coins), position.story]
    )


def read(signed: str) -> Position | None:
    """The position that a page of ours named, or None."""
    try:
        slot, page, section, coins, story = _signer.unsign_object(signed)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Position(slot, page, section, tuple(coins), story)


def of_template(context: dict[str, Any], slot: str) -> Position:
    """Return the position that a page’s template stands for."""
    article, section, coin = context.get("article"), context.get("section"), context.get("coin")
    section_pk = getattr(article, "section_id", None) or getattr(section, "pk", None)
    coins = [context["coin"]] if coin is not None else (context.get("story_coins") or [])
    story = article.pk if article is not None and slot == STORY_SLOT else None
    return Position(
        slot, context["request"].path, section_pk, tuple(each.symbol for each in coins), story
    )
