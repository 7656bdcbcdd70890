"""Times as people on the desk type and read them: in one field, in the time zone that is active."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.forms.utils import to_current_timezone


class MomentInput(forms.DateTimeInput):
    """The browser’s own field for a day and a time. Seconds are shown where a clock has set them."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        # Browsers refuse to send seconds that they find in a field of minutes.
        super().__init__({"step": "any"} | (attrs or {}))

    def format_value(self, value: Any) -> str | None:
        if hasattr(value, "isoformat"):
            value = to_current_timezone(value)
            return str(value.isoformat(timespec="seconds" if value.second else "minutes"))
        return value or None

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        if name not in data and f"{name}_0" in data:
            # A form that was opened before an upgrade says it in two fields.
            return f"{data[f'{name}_0']} {data.get(f'{name}_1', '')}".strip()
        return super().value_from_datadict(data, files, name)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}_0" not in data


class DayInput(forms.DateInput):
    """The browser’s own field for a day."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentsMixin(admin.options.BaseModelAdmin[Any]):
    """Gives the times and days of a form of the desk these fields."""

    formfield_overrides = {
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": MomentInput},
        models.DateField: {"widget": DayInput},
    }
