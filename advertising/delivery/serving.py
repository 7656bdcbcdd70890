"""Ad serving: candidates of a slot, filters, choice."""

import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from django.template.loader import render_to_string
from django.utils import timezone

from advertising.campaigns import pinning
from advertising.delivery import pacing
from advertising.delivery.page_context import Position
from advertising.delivery.slots import SLOTS, Size, Slot
from advertising.models import Advertiser, Creative, CreativePicture, Device, Placement, Product
from pagecache import add_tags, changes_at, table_tag
from pagecache.cached import cached_by_tags
from pagecache.context import tomorrow

PLACE_OF_TOKEN = "-token-"  # noqa: S105  In a banner that is written out beforehand.


@dataclass(frozen=True)
class Banner:
    """An approved creative with its pictures, ready for a slot."""

    placement: Placement
    creative: Creative
    slot: Slot
    pictures: Mapping[str, str]
    coins: frozenset[str] = frozenset()
    html: str = field(default="", compare=False)

    @property
    def advertiser(self) -> Advertiser:
        return self.placement.advertiser

    @property
    def is_house(self) -> bool:
        return self.advertiser.is_house

    @property
    def is_text(self) -> bool:
        return not self.pictures

    @property
    def smallest(self) -> str:
        return self.pictures[self.slot.smallest.name]

    @property
    def sources(self) -> list[tuple[str, Size, str]]:
        """Media condition, size and address for each screen but the smallest."""
        wider = self.slot.sizes[:-1]
        return [
            (min_width, size, self.pictures[size.name])
            for min_width, size in zip(self.slot.min_widths, wider, strict=True)
        ]

    @property
    def is_complete(self) -> bool:
        """A picture for every screen, or none and words."""
        if self.is_text:
            return bool(self.creative.headline)
        return all(size.name in self.pictures for size in self.slot.sizes)


# --- Candidates -------------------------------------------------------------------------------


def _approved_banners(until: date | None = None) -> dict[str, list[Banner]]:
    """Every approved banner that has not ended, by slot. Three queries."""
    today = timezone.now().date()
    placements = (
        Placement.objects.approved()
        .not_paused()
        .filter(product=Product.BANNER, ends_on__gte=today, starts_on__lte=until or date.max)
        .select_related("advertiser", "approved_creative")
        .prefetch_related("approved_creative__pictures", "coins")
        .order_by("pk")
    )
    by_slot: dict[str, list[Banner]] = defaultdict(list)
    for placement in placements:
        banner = _banner(placement)
        if banner.is_complete and pinning.is_as_approved(placement):
            by_slot[placement.slot].append(banner)
    return by_slot


def _banner(placement: Placement) -> Banner:
    creative = cast(Creative, placement.approved_creative)
    pictures: Collection[CreativePicture] = creative.pictures.all()
    coins = frozenset(coin.symbol for coin in placement.coins.all())
    return Banner(
        placement,
        creative,
        SLOTS[placement.slot],
        {each.size: each.file.url for each in pictures},
        coins,
    )


@cached_by_tags(table_tag(Placement), listened=True)
def candidates() -> dict[str, list[Banner]]:
    """The banners of all slots, written out, in the memory of the process: fresh a moment after a
    change.

    Those that begin on a later day are among them: a process may hold them for days.
    """
    return {
        slot: [_written_out(banner) for banner in banners]
        for slot, banners in _approved_banners().items()
    }


def _written_out(banner: Banner) -> Banner:
    html = render_to_string(
        "advertising/_banner.html", {"banner": banner, "href": f"/slots/go/{PLACE_OF_TOKEN}/"}
    )
    return Banner(
        banner.placement, banner.creative, banner.slot, banner.pictures, banner.coins, html
    )


@cached_by_tags(table_tag(Placement), listened=True)
def paid_stories() -> dict[int, Placement]:
    """Approved placements by the number of the article that was made of them. One query."""
    placements = (
        Placement.objects.approved()
        .exclude(article=None)
        .select_related("advertiser", "approved_creative")
    )
    return {cast(int, placement.article_id): placement for placement in placements}


# --- Filters ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One slot of one page that somebody opens, on one kind of screen, at one moment."""

    position: Position
    device: str = Device.ANY
    now: datetime = field(default_factory=timezone.now)
    shown: Collection[int] = ()  # placements that the page shows already


def _is_within_its_dates(banner: Banner, asked: Asked) -> bool:
    first, last = banner.placement.run
    return first <= asked.now.date() <= last


def _is_for_this_section(banner: Banner, asked: Asked) -> bool:
    return banner.placement.section_id in (None, asked.position.section)


def _is_for_these_coins(banner: Banner, asked: Asked) -> bool:
    return not banner.coins or not banner.coins.isdisjoint(asked.position.coins)


def _is_for_this_screen(banner: Banner, asked: Asked) -> bool:
    return (
        Device.ANY in (banner.placement.device, asked.device)
        or banner.placement.device == asked.device
    )


def _is_not_on_the_page_yet(banner: Banner, asked: Asked) -> bool:
    return banner.placement.pk not in asked.shown


FILTERS: Sequence[Callable[[Banner, Asked], bool]] = (
    _is_within_its_dates,
    _is_for_this_section,
    _is_for_these_coins,
    _is_for_this_screen,
    _is_not_on_the_page_yet,
)


def fitting(banners: Sequence[Banner], asked: Asked) -> list[Banner]:
    return [banner for banner in banners if all(fits(banner, asked) for fits in FILTERS)]


# --- Choice -----------------------------------------------------------------------------------


def choose(
    banners: Sequence[Banner],
    asked: Asked,
    delivered: Mapping[int, pacing.Delivered],
    dice: random.Random,
) -> Banner | None:
    """Return the banner to show, or None.

    Those that fit the page; of them the paid that are neither used up nor ahead of their pace; if
    there are none, the house’s. Among those left chance decides, by weight, and by how far each is
    behind.
    """

    def so_far(banner: Banner) -> pacing.Delivered:
        return delivered.get(banner.placement.pk, pacing.NOTHING)

    on_offer = [
        banner
        for banner in fitting(banners, asked)
        if not pacing.is_used_up(banner.placement, so_far(banner))
    ]
    due = [
        banner
        for banner in on_offer
        if not pacing.is_ahead(banner.placement, so_far(banner), asked.now)
    ]
    left = [banner for banner in due if not banner.is_house] or [
        banner for banner in due if banner.is_house
    ]
    if not left:
        return None
    weights = [
        banner.placement.weight * pacing.urgency(banner.placement, so_far(banner), asked.now)
        for banner in left
    ]
    return dice.choices(left, weights)[0]


# --- Without a script -------------------------------------------------------------------------


@cached_by_tags(table_tag(Placement))
def banners_of_today() -> dict[str, list[Banner]]:
    """Return banners for readers without JavaScript. They are part of the page, and never
    counted.
    """
    add_tags(table_tag(Placement))
    changes_at(tomorrow())  # Placements begin and end by the day.
    return _approved_banners(until=timezone.now().date())


def choose_for_everybody(banners: Sequence[Banner], asked: Asked) -> Banner | None:
    """Paid before house. The page’s address and the day decide, so a page is the same for every
    reader.
    """
    left = fitting(banners, asked)
    left = [banner for banner in left if not banner.is_house] or left
    key = f"{asked.position.page}:{asked.position.slot}:{len(asked.shown)}:{asked.now:%Y-%m-%d}"
    return left[zlib.crc32(key.encode()) % len(left)] if left else None
