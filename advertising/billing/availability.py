"""Availability: booked and free days, and the views that a position can be expected to have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from advertising.billing.forecasts import Expected, Forecast, Target
from advertising.delivery import newsletter_slot
from advertising.models import Placement, Product, Rate

LOOK_AHEAD = 60


@dataclass(frozen=True)
class Outlook:
    """Viewable impressions of a position over some days: expected, and bought by others."""

    likely: Expected
    booked: int

    @property
    def expected(self) -> int:
        return self.likely.mean

    @property
    def has_range(self) -> bool:
        return self.likely.lowest < self.likely.highest

    @property
    def free(self) -> int:
        return max(self.expected - self.booked, 0)

    @property
    def is_known(self) -> bool:
        """A position that nothing was counted in yet has no forecast."""
        return self.expected > 0

    @property
    def share_booked(self) -> int:
        """Per cent."""
        return min(round(100 * self.booked / self.expected), 100) if self.expected else 0


def bookings(first: date, last: date, but: Placement | None = None) -> QuerySet[Placement]:
    """House placements give way, so they book nothing."""
    found = Placement.objects.sold().filter(
        starts_on__lte=last, ends_on__gte=first, advertiser__is_house=False
    )
    return found.exclude(pk=but.pk) if but else found


def daily_share(placement: Placement) -> int:
    """Return a placement’s share of one of its days, when it is spread evenly."""
    first, last = placement.run
    return -(-(placement.goal or 0) // ((last - first).days + 1))


def outlook(placement: Placement) -> Outlook | None:
    """For the position, the target and the days of a banner; None until position and days are
    chosen.
    """
    if placement.product != Product.BANNER or not (
        placement.slot and placement.starts_on and placement.ends_on
    ):
        return None
    days = days_between(placement.starts_on, placement.ends_on)
    forecast, target = Forecast(placement.slot), Target.of(placement)
    booked = sum(
        rivalry * daily_share(each) * len(_both(each.run, placement.run))
        for each in banner_bookings(placement.slot, days, but=placement)
        if (rivalry := forecast.rivalry(Target.of(each), target))
    )
    return Outlook(forecast.expected(days, target), round(booked))


def banner_bookings(
    slot: str, days: Sequence[date], but: Placement | None = None
) -> QuerySet[Placement]:
    """Banners of a position with a goal, approved or waiting for it. Two queries, with their coins."""
    found = bookings(days[0], days[-1], but).filter(product=Product.BANNER, slot=slot)
    return found.exclude(goal=None).prefetch_related("coins")


def _both(one: tuple[date, date], other: tuple[date, date]) -> list[date]:
    return days_between(max(one[0], other[0]), min(one[1], other[1]))


# --- Sponsored articles -----------------------------------------------------------------------


def sponsored_places() -> int:
    """The number of sponsored articles that take turns on the front page; by the rate card."""
    rate = Rate.objects.filter(product=Product.SPONSORED).order_by("pk").first()
    return rate.places if rate else Rate._meta.get_field("places").default


def sponsored_by_day(days: Sequence[date], but: Placement | None = None) -> dict[date, int]:
    """Count the sponsored articles that were sold for each day. One query."""
    sold = bookings(days[0], days[-1], but).filter(product=Product.SPONSORED)
    runs = [placement.run for placement in sold]
    return {day: sum(first <= day <= last for first, last in runs) for day in days}


def is_sponsored_full(first: date, last: date, but: Placement | None = None) -> bool:
    """Return whether some day of a run has all its places sold."""
    taken = sponsored_by_day(days_between(first, last), but)
    return max(taken.values()) >= sponsored_places()


def free_sponsored_start(first: date, last: date, but: Placement | None = None) -> date | None:
    """The next day from which a run of this length has a place on each of its days."""
    length = last - first
    days = days_between(first, first + timedelta(days=LOOK_AHEAD) + length)
    taken, places = sponsored_by_day(days, but), sponsored_places()
    for start in days_between(first, first + timedelta(days=LOOK_AHEAD)):
        if all(taken[day] < places for day in days_between(start, start + length)):
            return start
    return None


def refuse_if_full(placement: Placement) -> None:
    """Called in the transaction of a submission. Raises ValidationError: what is full is not sold,
    whoever asks at the same moment.
    """
    if placement.product != Product.SPONSORED or placement.approved_creative_id is not None:
        return
    # One after the other: the last place is sold once.
    list(Rate.objects.select_for_update().filter(product=Product.SPONSORED))
    if is_sponsored_full(*placement.run, but=placement):
        raise ValidationError(full_sentence(placement.run, placement))


def full_sentence(run: tuple[date, date], but: Placement | None = None) -> str:
    free = free_sponsored_start(*run, but)
    when = f"From {free.day} {free:%B} on there is one." if free else "Please write to us."
    return f"All places for sponsored articles are sold on some of these days. {when}"


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def newsletters_taken(but: Placement | None = None) -> set[date]:
    """Days of the coming weeks whose newsletter has its paid place filled. One query."""
    today = timezone.now().date()
    taken = bookings(today, today + timedelta(days=LOOK_AHEAD), but).filter(
        product=Product.NEWSLETTER
    )
    return {placement.run[0] for placement in taken}


def is_newsletter_taken(day: date, but: Placement | None = None) -> bool:
    return bookings(day, day, but).filter(product=Product.NEWSLETTER).exists()


def has_newsletter(day: date) -> bool:
    """Return whether a newsletter goes out on a day, and has not gone."""
    return day in newsletter_slot.going_out([day])


def free_newsletters(number: int = 5, but: Placement | None = None) -> list[date]:
    """The next days that have a newsletter whose paid place is free."""
    tomorrow = timezone.now().date() + timedelta(days=1)
    days = days_between(tomorrow, tomorrow + timedelta(days=LOOK_AHEAD - 1))
    return sorted(newsletter_slot.going_out(days) - newsletters_taken(but))[:number]
