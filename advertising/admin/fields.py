"""Fields that the desk’s forms of companies and invoices share."""

from typing import Any

from django import forms
from django.db import models

from advertising.billing import tax


def country_field(of: "models.Field[Any, Any]") -> forms.ChoiceField:
    """Every country by its name, in place of a code to be typed."""
    return forms.ChoiceField(
        choices=[("", "Choose"), *tax.countries()],
        required=False,
        label=str(of.verbose_name).capitalize(),
        help_text=of.help_text,
    )
