"""Pages about the publication."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import filepath_to_uri
from django.views.decorators.http import require_safe
from django.views.static import serve

from newsroom import publication
from newsroom.models import AboutPage
from pagecache import add_tags, public_page, table_tag

NOT_FOR_ROBOTS = (
    *("/admin/", "/accounts/", "/comments/", "/search/", "/preview/"),
    *("/partners/placements/", "/partners/company/", "/partners/orders/", "/slots/", "/views/"),
)


@public_page()
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    add_tags(table_tag(AboutPage))
    return render(
        request,
        "newsroom/about.html",
        {"pages": AboutPage.objects.defer("body"), "canonical": "/about/"},
    )


@public_page()
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "newsroom/page.html", {"page": get_object_or_404(AboutPage, slug=slug)})


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A picture. No name is used twice, so whoever has it may keep it.

    Addresses of before the pictures moved to a bucket lead there.
    """
    if settings.MEDIA_STORAGE_URL:
        return HttpResponseRedirect(
            settings.MEDIA_URL + filepath_to_uri(path), headers={"Cache-Control": "max-age=3600"}
        )
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@public_page()
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Say what no search engine should ask for, where the sitemaps are, and what the desk added."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    if extra := publication.publication().robots_txt.strip():
        lines += ["", *extra.splitlines()]
    lines += [
        "",
        *(f"Sitemap: {settings.SITE_URL}{reverse(name)}" for name in ("sitemap", "news-sitemap")),
    ]
    return _plain(lines)


@public_page()
@require_safe
def ads_txt(request: HttpRequest) -> HttpResponse:
    """Say who may sell our space: https://iabtechlab.com/ads-txt/. Without sellers the placeholder
    of its section 3.2.1.
    """
    text = publication.publication().ads_txt.strip()
    return _plain(
        text.splitlines() or ["placeholder.example.com, placeholder, DIRECT, placeholder"]
    )


@public_page()
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say where to report a vulnerability: RFC 9116. It expires, and is made anew, at the beginning
    of the month after next.
    """
    contact = publication.publication().security_contact or publication.publication().contact_email
    if not contact:
        raise Http404("Nobody is named.")
    month = timezone.now().replace(day=1) + timedelta(days=63)
    lines = [
        f"Contact: {contact if '://' in contact else f'mailto:{contact}'}",
        f"Expires: {month:%Y-%m}-01T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{request.path}",
    ]
    return _plain(lines)


def _plain(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
