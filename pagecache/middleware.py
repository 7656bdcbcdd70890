"""Caching headers of every answer: public pages for how long and made of what, all others not at
all.
"""

import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import Resolver404, resolve
from django.utils import timezone

from pagecache import rules, tags
from pagecache.cached_page import STALE_IF_ERROR, kept_by_nginx
from pagecache.cdn import purging
from pagecache.context import RenderContext, collecting
from pagecache.render import RECORDING

MISSING_FOR = 60  # seconds a CDN may keep that there is nothing


class PageCacheMiddleware:
    """Outside of whatever sets a cookie or answers in a view’s place, so that it judges what is
    really sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.cdn = purging.configured()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with collecting(request.META.get(RECORDING) or RenderContext()) as made:
            response = self.get_response(request)
        if is_public(request, response):
            self.allow(response, made)
        elif response.status_code != 304:
            keep_private(response)
        response["X-Cache"] = "BYPASS"
        return response

    def allow(self, response: HttpResponse, made: RenderContext) -> None:
        if response.status_code >= 400:
            made.keys.add(tags.MISSING)
        made.is_public = True
        named = sorted(made.keys)
        response["Surrogate-Key"] = " ".join(named)
        if response.get("Content-Type", "").startswith("text/html"):
            response["Speculation-Rules"] = f'"{static(settings.SPECULATION_RULES)}"'
        if self.cdn is not None and self.cdn.header != "Surrogate-Key":
            response[self.cdn.header] = self.cdn.separator.join(named)
        response["Cache-Control"] = self.cache_control(
            response.status_code, *made.lifetime(timezone.now())
        )
        for name, value in kept_by_nginx(time.time()):
            response[name] = value

    def cache_control(self, status: int, refresh_at: datetime, changes_at: datetime) -> str:
        """Browsers ask each time, and mostly hear 304. A cache that we can purge keeps a page as
        long as we do.

        One that we cannot purge asks again after a second.
        """
        shared, after = 1, 1
        if self.cdn is not None:
            now = timezone.now()
            shared = max(1, int((refresh_at - now).total_seconds()))
            after = max(0, int((changes_at - refresh_at).total_seconds()))
            if status >= 400:
                shared, after = min(shared, MISSING_FOR), 0
        return f"public, max-age=0, s-maxage={shared}, stale-while-revalidate={after}, stale-if-error={STALE_IF_ERROR}"


def keep_private(response: HttpResponse) -> None:
    """Keep caches and search engines out of what is not the same for every reader, unless the view
    knows better.
    """
    response.setdefault("Cache-Control", "private, no-store")
    if "private" in response["Cache-Control"]:
        response.setdefault("X-Robots-Tag", "noindex")


def is_public(request: HttpRequest, response: HttpResponse) -> bool:
    """The one place that decides whether an answer is the same for every reader."""
    if (
        request.method not in ("GET", "HEAD")
        or response.status_code not in rules.KEPT_STATUSES
        or response.cookies
    ):
        return False
    if response.has_header("Cache-Control") or rules.is_personal(
        request.META.get("HTTP_COOKIE", "")
    ):
        return False
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return True
    uncached = getattr(view, "uncached_params", None)
    return uncached is not None and not uncached & request.GET.keys() and not settings.DEBUG
