"""The front page: what leads, what stands beside it, and each section’s block, from the latest stories."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from articles import page_keys
from articles.models import Article, Section
from newsroom.pagecache import record

LOOK_BACK = 120  # stories considered; the work does not grow with the archive
BESIDE_LEAD = 3
ALSO = 4
WIRE = 8
BLOCK = 4
SPONSORED_FOR = timedelta(days=30)


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
    """Fill the page without using a story twice. An empty archive gives an empty page, never a hole."""
    record(page_keys.STORIES)
    published = Article.objects.published().for_cards().newest_first()
    sponsored = published.filter(kind=Article.Kind.SPONSORED, published_at__gte=timezone.now() - SPONSORED_FOR)
    stories = list(published.stories().journalism()[:LOOK_BACK])
    news = [story for story in stories if not story.section.is_opinion]
    lead = news[0] if news else None
    beside, also = news[1 : 1 + BESIDE_LEAD], news[1 + BESIDE_LEAD : 1 + BESIDE_LEAD + ALSO]
    taken = {story.pk for story in (lead, *beside, *also) if story}
    blocks = _blocks([story for story in stories if story.pk not in taken])
    opinion = next((block for block in blocks if block.section.is_opinion), None)
    return FrontPage(
        lead=lead,
        also=also,
        beside=beside,
        blocks=[block for block in blocks if not block.section.is_opinion],
        opinion=opinion,
        wire=list(published.briefs()[:WIRE]),
        sponsored=list(sponsored[:1]),
    )


def _blocks(stories: list[Article]) -> list[Block]:
    blocks: dict[int, Block] = {}
    for story in stories:
        block = blocks.setdefault(story.section_id, Block(story.section))
        if len(block.stories) < BLOCK:
            block.stories.append(story)
    return sorted(blocks.values(), key=lambda block: block.section.position)
