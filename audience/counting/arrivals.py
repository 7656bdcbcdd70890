"""Requests of pages as events. Nothing of a request is stored but what an event holds."""

import re
import secrets
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from audience import countries, digests, page_address, robots, sources
from audience.counting.events import Exit, Reading, View
from audience.counting.waiting import waiting
from core.client_ip import network_address, network_of
from core.numbers import whole_number
from core.ratelimit import RateLimiter

NARROWEST_DESKTOP = 768  # CSS pixels
NARROWEST_TABLET = 600
LONGEST_READING = 600  # seconds that are told at once
MOST_PARTS = 60
_KEY = re.compile(r"[A-Za-z0-9_-]{8,30}")
# What is over it is filtered, and counted as that.
telling = RateLimiter("views", lambda: settings.SEEN_A_MINUTE)


@dataclass(frozen=True)
class Told:
    """A request, and the words that it tells."""

    request: HttpRequest
    words: QueryDict

    @cached_property
    def agent(self) -> str:
        return self.request.headers.get("User-Agent", "")

    @cached_property
    def address(self) -> str | None:
        return network_address(self.request)

    @property
    def key(self) -> str | None:
        """That the page made up; None for what is none."""
        return found if _KEY.fullmatch(found := self.words.get("k", "")) else None

    @property
    def page(self) -> page_address.PageAddress | None:
        return page_address.read(self.words.get("p", ""))

    @property
    def part(self) -> int | None:
        part = whole_number(self.words.get("n", "0"))
        return part if part is not None and part < MOST_PARTS else None

    def reason(self) -> str:
        """Why a view does not count, as far as its request shows; “” where it does."""
        if found := robots.agent_reason(self.agent):
            return found
        if robots.is_prefetch(self.request):
            return robots.PREFETCH
        if settings.RESPECT_DO_NOT_TRACK and robots.asked_not_to_be_counted(self.request):
            return robots.ASKED_NOT
        if self.is_staff:
            return robots.STAFF
        return robots.RATE if telling.is_over(network_of(self.address)) else ""

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
        width = whole_number(self.words.get("w", ""))
        if width is None:
            return ""
        if width < NARROWEST_TABLET:
            return "phone"
        return "tablet" if width < NARROWEST_DESKTOP else "desktop"


def count_view(request: HttpRequest, words: QueryDict) -> None:
    """A page was opened: `p` is its signed name, `k` its key, `r` where its reader came from, `q` the
    query of its address, `w` the width of the window.
    """
    told = Told(request, words)
    own_host = request.get_host().partition(":")[0]
    if (page := told.page) and (key := told.key):
        source = sources.source_of(words.get("r", ""), words.get("q", ""), own_host)
        _count(told, page, key, source)
    elif words.get("p"):
        nowhere = page_address.PageAddress("")
        waiting.add(View(secrets.token_urlsafe(12), nowhere, timezone.now(), robots.FORGED))


def count_picture(request: HttpRequest, words: QueryDict) -> None:
    """A page was opened without scripts: it makes up no key, and where its reader came from is not
    known, for the picture’s own referrer is the page.
    """
    told = Told(request, words)
    if page := told.page:
        _count(told, page, secrets.token_urlsafe(12), None)


def _count(
    told: Told, page: page_address.PageAddress, key: str, source: sources.Source | None
) -> None:
    now = timezone.now()
    if reason := told.reason():
        waiting.add(View(key, page, now, reason))
        return
    day, network = now.date(), network_of(told.address)
    waiting.add(
        View(
            key,
            page,
            now,
            person=digests.person(network, told.agent, day),
            network=digests.network_digest(network, day),
            source=source,
            device=told.device,
            country=countries.country_of(told.address),
        )
    )


def count_reading(request: HttpRequest, words: QueryDict) -> None:
    """More of a view was read: `n` numbers what is told of it, `s` are seconds, `d` says that the
    middle (1), the end (2) or both (3) were reached; or `o` names a site that was gone to.
    """
    told, now = Told(request, words), timezone.now()
    page, key, part = told.page, told.key, told.part
    if page is None or key is None or part is None or robots.agent_reason(told.agent):
        return
    if telling.is_over(network_of(told.address)):
        return
    if host := sources.host_of(words.get("o", "")):
        waiting.add(Exit(key, part, now, host))
        return
    seconds, depth = whole_number(words.get("s", "")), whole_number(words.get("d", "0")) or 0
    if seconds is None:
        return
    waiting.add(
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
