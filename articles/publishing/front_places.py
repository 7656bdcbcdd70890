"""The desk’s choice of the front page: pins, each on a place and with an end, changed all at once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from articles.models import Article, FrontPick
from articles.reading.front_page import PLACES


@dataclass(frozen=True)
class Pin:
    place: int  # 1 leads
    article_id: int
    until: datetime | None = None


def pins() -> list[Pin]:
    """Those whose time has not ended, by place."""
    current = FrontPick.objects.filter(Q(until__isnull=True) | Q(until__gt=timezone.now()))
    return [
        Pin(pick.position, pick.article_id, pick.until)
        for pick in current.order_by("position", "pk")
    ]


def version(pinned: Iterable[Pin]) -> str:
    """Changes whenever a pin does: a form says with it which front page it was made from."""
    words = ";".join(f"{pin.place} {pin.article_id} {pin.until}" for pin in pinned)
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest()


def check(wanted: Sequence[Pin]) -> None:
    """Raises ValidationError with a sentence for what cannot stand on the front page."""
    now = timezone.now()
    stories = Article.objects.in_bulk([pin.article_id for pin in wanted])
    seen: set[int] = set()
    for pin in wanted:
        story = stories.get(pin.article_id)
        if story is None or story.is_paid or story.trashed_at or story.is_template:
            raise ValidationError(f"Place {pin.place}: choose a story of the newsroom.")
        if pin.article_id in seen:
            raise ValidationError(f"“{story.title}” stands on two places.")
        if pin.until is not None and pin.until <= now:
            raise ValidationError(f"Place {pin.place}: its end is past.")
        seen.add(pin.article_id)


def replace(wanted: Sequence[Pin], seen: str | None = None) -> bool:
    """Let the front page have these pins and no others. With `seen`, only if it still is what that
    version says. Returns whether it was done. Raises ValidationError.
    """
    check(wanted)
    with transaction.atomic():
        there = {pick.article_id: pick for pick in FrontPick.objects.select_for_update()}
        if seen is not None and version(pins()) != seen:
            return False
        kept = {pin.article_id for pin in wanted}
        for pick in there.values():
            if pick.article_id not in kept:
                pick.delete()
        for pin in wanted:
            pick = there.get(pin.article_id) or FrontPick(article_id=pin.article_id)
            if pick.pk is None or (pick.position, pick.until) != (pin.place, pin.until):
                pick.position, pick.until = pin.place, pin.until
                pick.save()
        return True


def pin(article: Article, place: int, until: datetime | None) -> None:
    """Put one story on a place; what is pinned there moves down, as far as there is one pinned
    below. The last one may fall off. Raises ValidationError.
    """
    with transaction.atomic():
        others = {each.place: each for each in pins() if each.article_id != article.pk}
        moving: Pin | None = Pin(place, article.pk, until)
        while moving is not None and moving.place <= PLACES:
            below = others.get(moving.place)
            others[moving.place] = moving
            moving = below and Pin(below.place + 1, below.article_id, below.until)
        replace([others[place] for place in sorted(others)])


def unpin(article: Article) -> None:
    for pick in FrontPick.objects.filter(article=article):
        pick.delete()
