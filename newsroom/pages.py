"""Pages about the publication."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from newsroom.models import Page


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "newsroom/about.html", {"pages": Page.objects.defer("body"), "canonical": "/about/"})


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "newsroom/page.html", {"page": get_object_or_404(Page, slug=slug)})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /accounts/", "Disallow: /comments/", "Disallow: /search/"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
