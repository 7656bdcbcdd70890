"""The field of an uploaded picture."""

from typing import Any

from django import forms
from django.db import models


class PictureInput(forms.FileField):
    """Any format that the decoder reads. Django’s own field would refuse what browsers do not show."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": "image/*,.heic,.heif"}


class PictureField(models.ImageField):
    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PictureInput, **kwargs})
