"""Requests that are no reader’s: reasons that pages and advertisements share, each with its words."""

from functools import lru_cache

import crawleruseragents
from django.http import HttpRequest

LONGEST_AGENT = 400  # characters that are looked at

ROBOT, UNKNOWN, PREFETCH, HIDDEN = "robot", "unknown", "prefetch", "hidden"
STAFF, RATE, REPLAYED, FORGED = "staff", "rate", "replayed", "forged"
ASKED_NOT = "asked_not"

LABELS = {
    ROBOT: "Robot",
    UNKNOWN: "Unknown client",
    PREFETCH: "Prefetch",
    HIDDEN: "In a hidden tab",
    STAFF: "Our own staff",
    RATE: "Too many from one network",
    REPLAYED: "Duplicate",
    FORGED: "Invalid signature",
    ASKED_NOT: "Do Not Track",
}


@lru_cache(4096)
def agent_reason(agent: str) -> str:
    """ROBOT for what says so, UNKNOWN for what does not call itself a browser as browsers do."""
    agent = agent[:LONGEST_AGENT]
    if crawleruseragents.is_crawler(agent):
        return ROBOT
    is_browser = agent.startswith("Mozilla/5.0 (") and any(
        engine in agent for engine in ("AppleWebKit/", "Gecko/", "Trident/")
    )
    return "" if is_browser else UNKNOWN


def is_prefetch(request: HttpRequest) -> bool:
    """Browsers say so when they fetch ahead or render what nobody has opened yet."""
    purposes = (
        request.headers.get("Sec-Purpose", ""),
        request.headers.get("Purpose", ""),
        request.headers.get("X-Moz", ""),
    )
    return any(
        "prefetch" in purpose.lower() or "preview" in purpose.lower() for purpose in purposes
    )


def asked_not_to_be_counted(request: HttpRequest) -> bool:
    """By Do-Not-Track, or Global Privacy Control."""
    return "1" in (request.headers.get("DNT"), request.headers.get("Sec-GPC"))
