"""The library opened from the editor: a picture is found or uploaded there, and put into the
text.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from articles.media import rendering
from articles.models import Image
from core.numbers import whole_number
from core.people import signed_in

A_PAGE = 24
MOST_WORDS = 6


class PickPictureForm(forms.ModelForm[Image]):
    class Meta:
        model = Image
        fields = ("file", "alt", "caption", "credit")


class PickingMixin(admin.ModelAdmin[Any]):
    """Adds the page that the editor’s “Browse” opens, for who may write stories."""

    def get_urls(self) -> list[Any]:
        pick = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.pick))
        return [path("pick/", pick, name="articles_image_pick"), *super().get_urls()]

    def pick(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        may_add = self.has_add_permission(request)
        picked = None
        form = PickPictureForm(request.POST or None, request.FILES or None)
        if request.method == "POST":
            if not may_add:
                raise PermissionDenied
            if form.is_valid():
                picked = self._keep(request, form)
        query = request.GET.get("q", "").strip()[:100]
        found = list(pictures_like(query, request.GET.get("before", ""))[: A_PAGE + 1])
        context = {
            **self.admin_site.each_context(request),
            "title": "Pictures",
            "is_popup": True,
            "form": form if may_add else None,
            "picked": picked,
            "pictures": found[:A_PAGE],
            "before": found[A_PAGE - 1].pk if len(found) > A_PAGE else None,
            "query": query,
            "call": request.GET.get("CKEditorFuncNum", "")[:12],
        }
        return TemplateResponse(request, "admin/image_picker.html", context)

    @transaction.atomic
    def _keep(self, request: HttpRequest, form: PickPictureForm) -> Image:
        form.instance.uploaded_by = signed_in(request)
        picture = form.save()
        rendering.render_later(picture)
        self.log_addition(request, picture, "Uploaded from the editor.")
        return picture


def pictures_like(query: str, before: str) -> Any:
    """Pictures with every word in what is said of them, the newest first, those below the key
    `before`.
    """
    pictures = Image.objects.order_by("-pk")
    for word in query.split()[:MOST_WORDS]:
        pictures = pictures.filter(
            Q(alt__icontains=word) | Q(caption__icontains=word) | Q(credit__icontains=word)
        )
    if (key := whole_number(before)) is not None:
        pictures = pictures.filter(pk__lt=key)
    return pictures
