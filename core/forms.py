"""Rendering of forms outside the admin."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Every field in one template: `{{ field.as_field_group }}`."""

    field_template_name = "forms/field.html"
