"""Counts of the demo’s placements until yesterday: invented, and adding up like everything that is
counted.
"""

import random
import zlib
from collections import Counter
from datetime import datetime, timedelta

from advertising.measurement import ledger
from advertising.models import Action, DailyAudience, DailyCount, DailyReach, Placement
from articles.models import Article
from audience import robots

MOST_DAYS = 40
# Of a hundred that were shown in a slot, how many were viewable, and clicks of ten thousand
# viewable.
OF_SLOT = {"top": (81, 62), "billboard": (68, 58), "rectangle": (61, 44)}
# Of a thousand shown, how many were filtered for each reason.
FILTERED = {
    robots.ROBOT: 61,
    robots.PREFETCH: 12,
    robots.UNKNOWN: 9,
    robots.REPLAYED: 4,
    robots.STAFF: 3,
}


def load(now: datetime) -> None:
    """Count for every approved banner that has begun. What was counted before stays as it is."""
    if DailyCount.objects.exists():
        return
    pages = [
        article.get_absolute_url()
        for article in Article.objects.published().select_related("section")[:12]
    ]
    for ago in range(1, MOST_DAYS):
        day = now.date() - timedelta(days=ago)
        browsers = random.Random(ago).randrange(11_000, 15_000)
        DailyAudience.objects.get_or_create(day=day, defaults={"browsers": browsers})
    for placement in Placement.objects.approved().filter(
        product="banner", starts_on__lt=now.date()
    ):
        count(placement, now, ["/", *pages])


def count(placement: Placement, now: datetime, pages: list[str]) -> None:
    dice = random.Random(zlib.crc32(placement.title.encode()))
    starts_on, ends_on = placement.run
    last = min(ends_on, now.date() - timedelta(days=1))
    first = max(starts_on, last - timedelta(days=MOST_DAYS))
    viewable_share, click_share = OF_SLOT[placement.slot]
    # What was bought is spread evenly over its days; the rest has what comes.
    bought = (
        placement.goal and placement.goal / ((ends_on - starts_on).days + 1) * 100 / viewable_share
    )
    usual = int(bought or dice.randrange(3_000, 9_000))
    lines: Counter[ledger.Line] = Counter()
    on_pages: Counter[ledger.PageLine] = Counter()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        quiet = 0.72 if day.weekday() >= 5 else 1.0
        shown = int(usual * quiet * dice.uniform(0.85, 1.15))
        viewable = shown * viewable_share // 100
        numbers = {
            Action.OFFERED: int(shown * 1.04),
            Action.RENDERED: shown,
            Action.VIEWABLE: viewable,
            Action.CLICKED: viewable * click_share // 10_000,
        }
        for action, amount in numbers.items():
            lines[placement.pk, placement.slot, day, action.value, ""] += amount
            if action != Action.OFFERED:
                spread(on_pages, placement, action, amount, pages)
        for reason, share in FILTERED.items():
            lines[placement.pk, placement.slot, day, Action.RENDERED.value, reason] += (
                shown * share // 1000
            )
        DailyReach.objects.get_or_create(
            placement=placement, day=day, defaults={"people": int(shown * 0.61)}
        )
    ledger.add(lines)
    ledger.add_to_pages(on_pages)


def spread(
    on_pages: Counter[ledger.PageLine],
    placement: Placement,
    action: Action,
    amount: int,
    pages: list[str],
) -> None:
    """The first page has most; whatever is left over is its as well, so that pages add up to
    days.
    """
    shares = [amount // (3 * (place + 1)) for place in range(1, len(pages))]
    for page, share in zip(pages[1:], shares, strict=True):
        on_pages[placement.pk, page, action.value] += min(share, amount // len(pages))
    rest = amount - sum(min(share, amount // len(pages)) for share in shares)
    on_pages[placement.pk, pages[0], action.value] += rest
