"""Time zones to choose from: those that this machine knows the rules of."""

import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError

# Of a machine’s own rules, and names that stand for others.
NOT_PLACES = ("Etc/", "SystemV/", "posix/", "right/")


@cache
def names() -> list[str]:
    """Return the zones to choose from: UTC, and places as “Region/City”."""
    places = {
        name
        for name in zoneinfo.available_timezones()
        if "/" in name and not name.startswith(NOT_PLACES)
    }
    return ["UTC", *sorted(places)]


def is_time_zone(name: str) -> None:
    """Raises ValidationError for what this machine knows no rules of."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError("Choose a time zone, such as Europe/London.") from None
