"""Times in words, for people on the desk."""

from datetime import datetime

from django.utils import timezone


def local_time(moment: datetime | None, form: str = "%d %B %Y at %H:%M") -> str:
    """`moment` in the zone that is active, with its name: people read their own clock.
    Nothing for no time.
    """
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{local:{form}} {local.tzname()}"


def as_readers() -> timezone.override:
    """`with as_readers():` makes a page on the desk as its readers get it, in UTC."""
    return timezone.override("UTC")
