"""Same-origin check of forms on cached pages, which carry no CSRF token."""

from urllib.parse import urlsplit

from django.http import HttpRequest


def is_from_here(request: HttpRequest) -> bool:
    """Browsers say where a post comes from, in either field; programs that say nothing are no
    browser, and carry no cookies of a reader.
    """
    if request.META.get("HTTP_SEC_FETCH_SITE", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.META.get("HTTP_ORIGIN")
    # Without the port: a proxy in front has one of its own.
    host = urlsplit(f"//{request.get_host()}").hostname
    return origin is None or urlsplit(origin).hostname == host
