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
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_safe
from js_asset import Script

from articles.admin.lean_forms import LabelledSelect
from articles.media import rendering
from articles.models import Image
from core.numbers import whole_number
from core.people import signed_in

A_PAGE = 24
MOST_WORDS = 6


class PictureSelect(LabelledSelect):
    """The list with search, and beside it the picture that is chosen. A script adds the button that
    opens the library.
    """

    class Media:
        js = (Script("newsroom/js/desk_pictures.js", defer=True),)

    def render(self, name: str, value: Any, *args: Any, **kwargs: Any) -> SafeString:
        key = whole_number(str(value or ""))
        return format_html(
            '{}<span class="picture-field" data-picture-field="id_{}" data-thumb="{}" '
            'data-picker="{}"><img src="{}" alt="" width="160" height="100"{}></span>',
            super().render(name, value, *args, **kwargs),
            name,
            reverse("admin:articles_image_thumb", args=[0]),
            reverse("admin:articles_image_pick"),
            reverse("admin:articles_image_thumb", args=[key]) if key is not None else "",
            mark_safe("" if key is not None else " hidden"),
        )


class PictureFieldsMixin(admin.ModelAdmin[Any]):
    """Fields that hold a picture show it, and open the library."""

    picture_fields: tuple[str, ...] = ()

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.picture_fields:
            kwargs["widget"] = PictureSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PickPictureForm(forms.ModelForm[Image]):
    class Meta:
        model = Image
        fields = ("file", "alt", "caption", "credit")


class PickingMixin(admin.ModelAdmin[Any]):
    """Adds the page that the editor’s “Browse” opens, for who may write stories."""

    def get_urls(self) -> list[Any]:
        pick = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.pick))
        thumb = self.admin_site.admin_view(require_safe(self.thumb))
        return [
            path("pick/", pick, name="articles_image_pick"),
            path("<key:pk>/thumb/", thumb, name="articles_image_thumb"),
            *super().get_urls(),
        ]

    def thumb(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lead to the small file, for forms that know a picture by its key alone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect(get_object_or_404(Image, pk=pk).small_url)

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
            "field": request.GET.get("field", "")[:60],
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
