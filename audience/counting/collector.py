"""Beacons of pages become events. Nothing of a request is stored but what an event holds."""

import re
import secrets
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from audience import countries, digests, page_address, robots, sources
from audience.counting.buffer import buffer
from audience.counting.events import Exit, Reading, View
from core.client_ip import network_address, network_of
from core.numbers import whole_number
from core.ratelimit import RateLimiter

NARROWEST_DESKTOP = 768  # CSS pixels
NARROWEST_TABLET = 600
LONGEST_READING = 600  # seconds of one beacon
MOST_PARTS = 60
_KEY = re.compile(r"[A-Za-z0-9_-]{8,30}")
# What is over it is filtered, and counted as that.
limiter = RateLimiter("views", lambda: settings.SEEN_A_MINUTE)


@dataclass(frozen=True)
class Beacon:
    """A beacon of a page: a request and its parameters."""

    request: HttpRequest
    params: QueryDict

    @cached_property
    def agent(self) -> str:
        return self.request.headers.get("User-Agent", "")

    @cached_property
    def address(self) -> str | None:
        return network_address(self.request)

    @property
    def key(self) -> str | None:
        """That the page made up; None for what is none."""
        return found if _KEY.fullmatch(found := self.params.get("k", "")) else None

    @property
    def page(self) -> page_address.PageAddress | None:
        return page_address.read(self.params.get("p", ""))

    @property
    def part(self) -> int | None:
        part = whole_number(self.params.get("n", "0"))
        return part if part is not None and part < MOST_PARTS else None

    def reason(self) -> str:
        """The reason that a view does not count, as far as its request shows; “” where it does."""
        if found := robots.agent_reason(self.agent):
            return found
        if robots.is_prefetch(self.request):
            return robots.PREFETCH
        if settings.RESPECT_DO_NOT_TRACK and robots.asked_not_to_be_counted(self.request):
            return robots.ASKED_NOT
        if self.is_staff:
            return robots.STAFF
        return robots.RATE if limiter.is_over(network_of(self.address)) else ""

    @property
    def is_staff(self) -> bool:
        """Nobody without the cookie of a session is looked up."""
        return (
            settings.SESSION_COOKIE_NAME in self.request.COOKIES
            and self.request.user.is_authenticated
            and self.request.user.is_staff
        )

    @property
    def device(self) -> str:
        width = whole_number(self.params.get("w", ""))
        if width is None:
            return ""
        if width < NARROWEST_TABLET:
            return "phone"
        return "tablet" if width < NARROWEST_DESKTOP else "desktop"


def count_view(request: HttpRequest, params: QueryDict) -> None:
    """A page was opened: `p` is its signed name, `k` its key, `r` where its reader came from, `q` the
    query of its address, `w` the width of the window.
    """
    beacon = Beacon(request, params)
    own_host = request.get_host().partition(":")[0]
    if (page := beacon.page) and (key := beacon.key):
        source = sources.source_of(params.get("r", ""), params.get("q", ""), own_host)
        _count(beacon, page, key, source)
    elif params.get("p"):
        nowhere = page_address.PageAddress("")
        buffer.add(View(secrets.token_urlsafe(12), nowhere, timezone.now(), robots.FORGED))


def count_picture(request: HttpRequest, params: QueryDict) -> None:
    """A page was opened without scripts: it makes up no key, and where its reader came from is not
    known, for the picture’s own referrer is the page.
    """
    beacon = Beacon(request, params)
    if page := beacon.page:
        _count(beacon, page, secrets.token_urlsafe(12), None)


def _count(
    beacon: Beacon, page: page_address.PageAddress, key: str, source: sources.Source | None
) -> None:
    now = timezone.now()
    if reason := beacon.reason():
        buffer.add(View(key, page, now, reason))
        return
    day, network = now.date(), network_of(beacon.address)
    buffer.add(
        View(
            key,
            page,
            now,
            person=digests.person(network, beacon.agent, day),
            network=digests.network_digest(network, day),
            source=source,
            device=beacon.device,
            country=countries.country_of(beacon.address),
        )
    )


def count_reading(request: HttpRequest, params: QueryDict) -> None:
    """More of a view was read: `n` numbers the beacons of a view, `s` are seconds, `d` says that the
    middle (1), the end (2) or both (3) were reached; or `o` names a site that was gone to.
    """
    beacon, now = Beacon(request, params), timezone.now()
    page, key, part = beacon.page, beacon.key, beacon.part
    if page is None or key is None or part is None or robots.agent_reason(beacon.agent):
        return
    if limiter.is_over(network_of(beacon.address)):
        return
    if host := sources.host_of(params.get("o", "")):
        buffer.add(Exit(key, part, now, host))
        return
    seconds, depth = whole_number(params.get("s", "")), whole_number(params.get("d", "0")) or 0
    if seconds is None:
        return
    buffer.add(
        Reading(
            key,
            part,
            page,
            now,
            seconds=min(seconds, LONGEST_READING),
            came_to_half=bool(depth & 1),
            came_to_end=bool(depth & 2),
        )
    )
