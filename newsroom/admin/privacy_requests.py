"""The desk’s page for what is held of one person: looked up, told, forgotten. The address is in no
link.
"""

import json

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from core.people import signed_in
from newsroom import privacy_requests

PERMISSION = "newsroom.add_privacyrequest"


@require_http_methods(["GET", "HEAD", "POST"])
def person_view(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    written = request.POST.get("address", "")[:254]
    context = {**admin.site.each_context(request), "title": "One person", "written": written}
    if request.method != "POST":
        return TemplateResponse(request, "admin/person.html", context)
    try:
        address = privacy_requests.named(written)
        if "export" in request.POST:
            return _file(privacy_requests.export(address, signed_in(request)))
        if "erase" in request.POST and request.POST.get("again", "").strip().lower() == address:
            return _erase(request, address)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return TemplateResponse(request, "admin/person.html", context, status=400)
    if "erase" in request.POST:
        messages.error(request, "The two addresses are not the same. Nothing was erased.")
    found = privacy_requests.found(address)
    return TemplateResponse(
        request, "admin/person.html", {**context, "found": found, "is_known": any(found.values())}
    )


def _file(data: object) -> HttpResponse:
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="person.json"'
    return response


def _erase(request: HttpRequest, address: str) -> HttpResponse:
    counts = privacy_requests.erase(
        address, signed_in(request), keep_words="keep_words" in request.POST
    )
    said = ", ".join(f"{kind}: {number}" for kind, number in counts.items() if number)
    messages.success(request, f"Erased. {said}." if said else "There was nothing of this person.")
    return redirect("admin:newsroom_privacyrequest_changelist")
