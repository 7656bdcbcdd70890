"""Where a request comes from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def network_address(request: HttpRequest) -> str | None:
    """What our own proxy noted last, or who connected."""
    noted = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1] if settings.BEHIND_PROXY else ""
    try:
        return str(ip_address((noted or request.META.get("REMOTE_ADDR", "")).strip()))
    except ValueError:
        return None
