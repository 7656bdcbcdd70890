"""A form of the desk that could not be taken, because its writer was signed out or signed in anew: it
is shown again with all that was typed, to be sent once more.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.same_origin import is_from_here


def is_desk_form(request: HttpRequest) -> bool:
    """Of our own page: what another site sent is not offered to anybody."""
    return request.path.startswith("/admin/") and request.method == "POST" and is_from_here(request)


def page(request: HttpRequest, title: str, *, sign_in: bool) -> HttpResponse:
    """Everything that was sent, in a form with a fresh token. Files must be chosen again, and passwords
    typed again: they stand in no page.
    """
    fields = [
        (name, value)
        for name in request.POST
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in request.POST.getlist(name)
    ]
    context = {
        "title": title,
        "fields": fields if is_desk_form(request) else [],
        "sign_in": sign_in,
        "has_files": bool(request.FILES),
    }
    return render(request, "errors/send_again.html", context, status=403)
