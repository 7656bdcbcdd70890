"""Caching headers of every answer: public pages for how long and made of what, all others not at
all.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import Resolver404, resolve
from django.utils import timezone

from pagecache import rules, tags
from pagecache.cached_page import kept_by_nginx
from pagecache.cdn import purging
from pagecache.cdn.cache_control import cache_control
from pagecache.context import RenderContext, collecting
from pagecache.render import RECORDING


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
        response["Cache-Control"] = cache_control(
            response.status_code, *made.lifetime_with_parts(timezone.now())
        )
        for name, value in kept_by_nginx(time.time()):
            response[name] = value


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
