"""Which placement stands in which slot: candidates, filters, choice."""

import zlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from advertising.models import CreativePicture, Placement, Product
from advertising.slots import SLOTS, Size, Slot
from newsroom.pagecache import changes_at, record, whole
from newsroom.pagecache.recording import tomorrow
from newsroom.pagecache.shared import shared


@dataclass
class Banner:
    """An approved creative with its pictures, ready for a slot."""

    placement: Placement
    pictures: dict[str, str]

    def url_for(self, size: Size) -> str:
        return self.pictures[size.name]

    def fits(self, slot: Slot) -> bool:
        return all(size.name in self.pictures for size in slot.sizes)


@shared(whole(Placement))
def banners_for_page(section_id: int | None) -> dict[str, list[Banner]]:
    """Every banner that may stand on a page of this section, by slot, house banners last. One query."""
    record(whole(Placement))
    changes_at(tomorrow())  # Placements begin and end by the day.
    live = Placement.objects.live().filter(product=Product.BANNER)
    here = live.filter(Q(section=None) | Q(section=section_id))
    pictures = (
        CreativePicture.objects.filter(creative__in=here.values("approved_creative"))
        .select_related("creative__placement__advertiser")
        .order_by("creative_id")
    )
    found: dict[int, Banner] = {}
    for picture in pictures:
        placement = picture.creative.placement
        placement.approved_creative = picture.creative
        found.setdefault(placement.pk, Banner(placement, {})).pictures[picture.size] = picture.file.url
    by_slot: dict[str, list[Banner]] = defaultdict(list)
    for banner in found.values():
        if banner.fits(SLOTS[banner.placement.slot]):
            by_slot[banner.placement.slot].append(banner)
    return by_slot


def choose(candidates: list[Banner], page_key: str, shown: Collection[int] = ()) -> Banner | None:
    """Paid before house, and what the page does not show yet before what it does.

    Among equals the page’s address decides, so a page is the same for every reader.
    """
    paid = [banner for banner in candidates if not banner.placement.advertiser.is_house] or candidates
    fair = [banner for banner in paid if banner.placement.pk not in shown] or paid
    return fair[zlib.crc32(page_key.encode()) % len(fair)] if fair else None
