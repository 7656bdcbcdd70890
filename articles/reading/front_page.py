"""
The front page: what leads, what stands beside it, and each section’s block.

The desk may put a story on a place; every place that it leaves empty is filled with the latest
stories.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import cast

from django.db.models import Q, QuerySet
from django.utils import timezone

from articles import cache_tags
from articles.models import Article, FrontPick, Section
from pagecache import add_tags, changes_at

LOOK_BACK = 120  # stories considered; the work does not grow with the archive
BESIDE_LEAD = 3
ALSO = 4
PLACES = 1 + BESIDE_LEAD + ALSO  # that the desk can fill
NAMES = ("Lead", "Beside 1", "Beside 2", "Beside 3", "Under 1", "Under 2", "Under 3", "Under 4")
WIRE = 8
BLOCK = 4
SPONSORED_FOR = timedelta(days=30)  # one that was not sold by days
MOST_SPONSORED = 50
LONGEST_RUN = timedelta(days=400)
TURN = timedelta(minutes=15)


@dataclass
class Block:
    section: Section
    stories: list[Article] = field(default_factory=list)


@dataclass
class FrontPage:
    lead: Article | None
    also: list[Article]
    beside: list[Article]
    blocks: list[Block]
    opinion: Block | None
    wire: list[Article]
    sponsored: list[Article]


def compose() -> FrontPage:
    """Fill the page without using a story twice. An empty archive gives an empty page, never a
    hole.
    """
    add_tags(cache_tags.STORIES)
    published = Article.objects.published().for_cards().newest_first()
    stories = list(published.stories().journalism()[:LOOK_BACK])
    on_top = arranged(picked(), [story for story in stories if not story.section.is_opinion])
    lead = on_top[0] if on_top else None
    beside, also = on_top[1 : 1 + BESIDE_LEAD], on_top[1 + BESIDE_LEAD :]
    taken = {story.pk for story in on_top}
    blocks = _blocks([story for story in stories if story.pk not in taken])
    opinion = next((block for block in blocks if block.section.is_opinion), None)
    return FrontPage(
        lead=lead,
        also=also,
        beside=beside,
        blocks=[block for block in blocks if not block.section.is_opinion],
        opinion=opinion,
        wire=list(published.briefs()[:WIRE]),
        sponsored=_in_turn(published),
    )


def latest() -> list[Article]:
    """Stories for the places that the desk leaves empty, with some to spare."""
    stories = Article.objects.published().for_cards().newest_first().stories().journalism()
    return [story for story in stories[:LOOK_BACK] if not story.section.is_opinion][: 2 * PLACES]


def _in_turn(published: QuerySet[Article]) -> list[Article]:
    """The sponsored article whose turn it is. Each that was sold for now has its quarter of an hour,
    in a round that is the same for every reader.
    """
    now = timezone.now()
    is_sold = Q(promoted_until__gt=now) | Q(
        promoted_until=None, published_at__gte=now - SPONSORED_FOR
    )
    # By kind and time, as the index has them: one that is older runs no more.
    recent = published.filter(kind=Article.Kind.SPONSORED, published_at__gte=now - LONGEST_RUN)
    stories = sorted(recent.filter(is_sold)[:MOST_SPONSORED], key=lambda story: story.pk)
    if not stories:
        return []
    turn = int(now.timestamp() // TURN.total_seconds())
    if len(stories) > 1:
        changes_at(datetime.fromtimestamp((turn + 1) * TURN.total_seconds(), UTC))
    for story in stories:
        changes_at(story.promoted_until or cast(datetime, story.published_at) + SPONSORED_FOR)
    return [stories[turn % len(stories)]]


def picked() -> list[tuple[int, Article]]:
    """The stories that the desk chose, with their places, as long as they are public and their time
    lasts.
    """
    add_tags(cache_tags.FRONT)
    now = timezone.now()
    places = FrontPick.objects.filter(Q(until__isnull=True) | Q(until__gt=now)).order_by(
        "position", "pk"
    )
    chosen = {pick.article_id: pick for pick in places[:PLACES]}
    for pick in chosen.values():
        changes_at(pick.until)
    stories = (
        Article.objects.published().journalism().for_cards().order_by().in_bulk(list(chosen))
        if chosen
        else {}
    )
    return [(pick.position, stories[pk]) for pk, pick in chosen.items() if pk in stories]


def arranged(picks: list[tuple[int, Article]], latest: list[Article]) -> list[Article]:
    """Each pick on its place, or the next free one; the latest stories on all others, none twice,
    no hole.
    """
    places: dict[int, Article] = {}
    for position, story in picks:
        free = (
            place
            for place in range(min(max(position, 1), PLACES), PLACES + 1)
            if place not in places
        )
        if (place := next(free, None)) is not None:
            places[place] = story
    chosen = {story.pk for story in places.values()}
    others = (story for story in latest if story.pk not in chosen)
    found = [places.get(place) or next(others, None) for place in range(1, PLACES + 1)]
    return [story for story in found if story is not None]


def _blocks(stories: list[Article]) -> list[Block]:
    blocks: dict[int, Block] = {}
    for story in stories:
        block = blocks.setdefault(story.section_id, Block(story.section))
        if len(block.stories) < BLOCK:
            block.stories.append(story)
    return sorted(blocks.values(), key=lambda block: block.section.position)
