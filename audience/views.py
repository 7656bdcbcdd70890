"""Endpoints that pages tell what is read, and the list of what is most read."""

import base64

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from audience import most_read
from audience.choices import Period
from audience.counting import collector
from pagecache import public_page

# A transparent point.
PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@csrf_exempt  # It carries no cookie’s authority, and changes nothing but a sum.
@require_POST
def opened(request: HttpRequest) -> HttpResponse:
    """A page was opened that has nothing else to ask for."""
    collector.count_view(request, request.POST)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """More of a page was read."""
    collector.count_reading(request, request.POST)
    return HttpResponse(status=204)


@require_safe
def picture(request: HttpRequest) -> HttpResponse:
    """For readers without scripts."""
    if request.method == "GET":
        collector.count_picture(request, request.GET)
    return HttpResponse(PICTURE, content_type="image/gif")


@public_page()
@require_safe
def most_read_page(request: HttpRequest) -> HttpResponse:
    context = {
        "lists": [(label, most_read.stories(period)) for period, label in Period.choices],
        "canonical": request.path,
    }
    return render(request, "audience/most_read.html", context)
