"""Bans on the desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from comments.models import Ban
from comments.moderation import bans
from core.moments import MomentsMixin
from core.people import signed_in


class BanForm(forms.ModelForm[Ban]):
    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        if data.get("kind") and data.get("value"):
            try:
                data["value"] = bans.normal(data["kind"], data["value"])
            except ValidationError as error:
                self.add_error("value", error)
        return data


@admin.register(Ban)
class BanAdmin(MomentsMixin, admin.ModelAdmin[Ban]):
    form = BanForm
    list_display = ("value", "kind", "until", "reason", "note", "made_by", "made_at")
    list_filter = ("kind",)
    list_select_related = ("made_by",)
    search_fields = ("value", "note")
    fields = ("kind", "value", "until", "reason", "note")

    def save_model(self, request: HttpRequest, obj: Ban, form: Any, change: bool) -> None:
        obj.made_by = signed_in(request)
        super().save_model(request, obj, form, change)
