"""Where a request comes from."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def network_address(request: HttpRequest) -> str | None:
    """What our own proxy noted last, or who connected."""
    noted = (
        request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1]
        if settings.BEHIND_PROXY
        else ""
    )
    try:
        address = ip_address((noted or request.META.get("REMOTE_ADDR", "")).strip())
    except ValueError:
        return None
    # A socket for both kinds writes the older kind in the newer one’s way.
    return str(getattr(address, "ipv4_mapped", None) or address)


def network_of(ip: str | None) -> str:
    """What one household has: a whole /64 of the newer addresses, one of the older."""
    if not ip or ":" not in ip:
        return ip or ""
    return str(ip_network((int(ip_address(ip)), 64), strict=False))
