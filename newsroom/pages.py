"""Pages about the publication."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.static import serve

from newsroom.models import Page
from newsroom.pagecache import public_page, record, whole


@public_page()
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    record(whole(Page))
    return render(request, "newsroom/about.html", {"pages": Page.objects.defer("body"), "canonical": "/about/"})


@public_page()
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "newsroom/page.html", {"page": get_object_or_404(Page, slug=slug)})


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A picture. No name is used twice, so whoever has it may keep it."""
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@public_page()
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /accounts/", "Disallow: /comments/", "Disallow: /search/"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
