"""Endpoints that pages call: fill slots, count what was shown and seen, lead on from a click."""

import logging
import random
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, IntegrityError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from advertising.delivery import pacing, page_context, serving, tokens
from advertising.delivery.slots import STORY_SLOT
from advertising.measurement import counting, invalid_traffic, offers
from advertising.models import Action, Advertiser, Creative, Device, Placement
from audience import robots
from audience.counting import collector
from audience.robots import agent_reason, is_prefetch
from core.client_ip import network_address, network_of
from core.numbers import whole_number
from core.ratelimit import RateLimiter

logger = logging.getLogger(__name__)

MOST_SLOTS = 8  # of one page
VIEW = ("vp", "vk", "vr", "vq", "w")
MOST_EVENTS = 12  # of one beacon
NARROWEST_DESKTOP = 768  # CSS pixels
# A click on a banner comes by us; one on a link of a paid story is told, for its links lead where
# they say.
BY_BEACON = (Action.RENDERED, Action.VIEWABLE, Action.CLICKED)

_dice = random.SystemRandom()
# What is over it is filtered, and counted as that.
beacons = RateLimiter("beacons", lambda: settings.SEEN_A_MINUTE)


@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    """Fill the slots of a page, in its order: null for one that should stay as its page made it. What the
    page tells of having been opened comes along, as `v…`.
    """
    if "vk" in request.GET:
        words = QueryDict(mutable=True)
        words.update(
            {name.removeprefix("v"): request.GET[name] for name in VIEW if name in request.GET}
        )
        collector.count_view(request, words)
    reader = Reader(request)
    filled = [
        reader.fill(page_context.read(signed)) for signed in request.GET.getlist("s")[:MOST_SLOTS]
    ]
    offers.offers.count(reader.offered)
    return JsonResponse({"slots": filled}, json_dumps_params={"default": str})


empty_slot: Any = SimpleLazyObject(lambda: render_to_string("advertising/_empty_slot.html"))


class Reader:
    """The facts of a request that filling and counting need."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.agent = request.headers.get("User-Agent", "")
        self.network = network_of(network_address(request))
        self.is_prefetch = is_prefetch(request)
        self.shown: list[int] = []
        self.offered: list[offers.Offer] = []

    def fill(self, position: page_context.Position | None) -> dict[str, Any] | None:
        """Return the content of one slot, with its token."""
        if position is None:
            return None
        if position.slot == STORY_SLOT:
            placement = serving.paid_stories().get(position.story or 0)
            return {"token": self.offer(placement, position)} if placement else None
        asked = serving.Asked(position, self.device, timezone.now(), self.shown)
        candidates = serving.candidates().get(position.slot, [])
        banner = serving.choose(candidates, asked, pacing.delivered(asked.now), _dice)
        if banner is None:
            return {"html": empty_slot}
        token = self.offer(banner.placement, position)
        return {"html": banner.html.replace(serving.PLACE_OF_TOKEN, token), "token": token}

    def offer(self, placement: Placement, position: page_context.Position) -> str:
        reason = self.reason(placement.advertiser_id)
        self.shown.append(placement.pk)
        self.offered.append((placement.pk, position.slot, reason))
        creative = cast(int, placement.approved_creative_id)
        return tokens.issue(placement.pk, creative, position.slot, position.page, reason)

    @property
    def device(self) -> str:
        width = whole_number(self.request.GET.get("w", ""))
        if width is None:
            return Device.ANY
        return Device.PHONE if width < NARROWEST_DESKTOP else Device.DESKTOP

    def reason(self, advertiser: int) -> str:
        """Return why an offer cannot count later: robots, prefetch, our own and the advertiser’s
        people; “” if it can.
        """
        if found := agent_reason(self.agent):
            return found
        if self.is_prefetch:
            return robots.PREFETCH
        if self.is_staff:
            return robots.STAFF
        return invalid_traffic.ADVERTISER if advertiser in self.own_advertisers else ""

    @property
    def is_signed_in(self) -> bool:
        """Nobody without the cookie of a session is looked up."""
        return (
            settings.SESSION_COOKIE_NAME in self.request.COOKIES
            and self.request.user.is_authenticated
        )

    @property
    def is_staff(self) -> bool:
        return self.is_signed_in and getattr(self.request.user, "is_staff", False)

    @property
    def own_advertisers(self) -> set[int]:
        if not self.is_signed_in:
            return set()
        if not hasattr(self, "_own"):
            self._own = set(
                Advertiser.objects.filter(members=self.request.user.pk).values_list("pk", flat=True)
            )
        return self._own


@csrf_exempt  # It carries no cookie’s authority: the token in it is all that counts.
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """A beacon: `action` and one `token` for each placement. Whatever comes of it, the answer says
    nothing.
    """
    action = request.POST.get("action", "")
    signed = request.POST.getlist("token")
    if action not in BY_BEACON or not signed or len(signed) > MOST_EVENTS:
        return HttpResponse(
            f"Send an action and 1 to {MOST_EVENTS} tokens.", status=400, content_type="text/plain"
        )
    events_of(request, Action(action), signed)
    return HttpResponse(status=204)


def click(request: HttpRequest, token: str) -> HttpResponse:
    """Count a click and lead on to the address that was approved, and to no other."""
    return lead_on(request, _placement_of(token), token)


def plain_click(request: HttpRequest, pk: int) -> HttpResponse:
    """From a banner in a page without JavaScript: never shown as far as we know, so never
    charged.
    """
    placement = serving_placement(pk)
    token = tokens.issue(
        placement.pk, placement.approved_creative_id or 0, placement.slot or placement.product, ""
    )
    return lead_on(request, placement, token)


@require_safe
def lead_on(request: HttpRequest, placement: Placement, token: str) -> HttpResponse:
    events_of(request, Action.CLICKED, [token])
    response = HttpResponseRedirect(cast(Creative, placement.approved_creative).target_url)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _placement_of(signed: str) -> Placement:
    try:
        return serving_placement(tokens.read(signed).placement)
    except tokens.Forged:
        raise Http404 from None


def serving_placement(pk: int) -> Placement:
    """Of those in memory without a query. One that has ended may still lead to what was
    approved.
    """
    for banners in serving.candidates().values():
        for banner in banners:
            if banner.placement.pk == pk:
                return banner.placement
    placement = (
        Placement.objects.approved().select_related("approved_creative").filter(pk=pk).first()
    )
    if placement is None:
        raise Http404
    return placement


def events_of(request: HttpRequest, action: Action, signed: list[str]) -> list[str]:
    """Count what a request says happened. Counting never keeps a reader from an answer."""
    reader, now = Reader(request), timezone.now()
    is_over_rate = beacons.is_over(reader.network, len(signed))
    events = []
    for each in signed:
        token, is_forged = _read(each)
        if token is None:
            logger.info("a forged token names nothing")
            continue
        events.append(
            invalid_traffic.Event(
                action=action,
                token=token,
                at=now,
                agent=reader.agent,
                method=request.method or "",
                is_forged=is_forged or not _is_told_as_it_should_be(request, action, token),
                is_prefetch=reader.is_prefetch,
                is_hidden=request.POST.get("hidden") == "1",
                is_over_rate=is_over_rate,
            )
        )
    try:
        return (
            counting.count(events, counting.Sender(reader.network, reader.agent)) if events else []
        )
    except IntegrityError:
        logger.warning("a token names a placement that is not there")
    except DatabaseError:
        logger.exception("events could not be counted")
    return []


def _is_told_as_it_should_be(request: HttpRequest, action: Action, token: tokens.Token) -> bool:
    return action != Action.CLICKED or (request.method == "POST") == (token.slot == STORY_SLOT)


def _read(signed: str) -> tuple[tokens.Token | None, bool]:
    try:
        return tokens.read(signed), False
    except tokens.Forged as forged:
        claimed = forged.token
        if claimed and counting.is_claim_of_ours(claimed.placement, claimed.slot):
            return claimed, True
        return None, True
