"""The time zone of the desk: what people type and read there is in the publication’s own."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from newsroom.publication import publication


class DeskTimeZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Only the desk: pages of readers are made once for all of them, and say UTC."""
        if not request.path_info.startswith(reverse("admin:index")):
            return self.get_response(request)
        try:
            zone = zoneinfo.ZoneInfo(publication().time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            zone = zoneinfo.ZoneInfo("UTC")  # The machine has lost the rules of the chosen one.
        with timezone.override(zone):
            return self.get_response(request)
