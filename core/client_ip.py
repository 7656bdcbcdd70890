"""The IP address of a client."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def network_address(request: HttpRequest) -> str | None:
    """Return the address that our own proxy noted last, or of who connected."""
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
    """Return the network of a household: a whole /64 of IPv6, one address of IPv4."""
    if not ip or ":" not in ip:
        return ip or ""
    return str(ip_network((int(ip_address(ip)), 64), strict=False))
