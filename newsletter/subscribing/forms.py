"""Forms of readers about their newsletters."""

from typing import Any

from django import forms

from core.email_addresses import IN_FULL, LONGEST, one_spelling
from newsletter.models import Newsletter

ADDRESS_ERRORS = {
    "required": "Write your e-mail address first.",
    "invalid": IN_FULL,
}


class AddressField(forms.EmailField):
    """Whatever was typed, in the one spelling that is kept."""

    def __init__(self) -> None:
        super().__init__(max_length=LONGEST, error_messages=ADDRESS_ERRORS)

    def clean(self, value: Any) -> str:
        return one_spelling(super().clean(value))


class NewsletterForm(forms.Form):
    email = AddressField()
    source = forms.SlugField(max_length=40, required=False)
    # Which newsletters, by their slugs; whatever else stands there counts for nothing.
    newsletter = forms.MultipleChoiceField(required=False)
    ticket = forms.CharField(required=False, max_length=400)
    # Nobody sees this field; robots fill it in.
    website = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["newsletter"].validate = lambda value: None  # type: ignore[method-assign]

    def newsletters(self) -> list[Newsletter]:
        """Those that were ticked and are offered."""
        slugs = [slug for slug in self.cleaned_data["newsletter"] if "\x00" not in slug][:50]
        return list(Newsletter.objects.offered().filter(slug__in=slugs)) if slugs else []


class PreferencesForm(forms.Form):
    newsletter = forms.ModelMultipleChoiceField(
        Newsletter.objects.none(),
        required=False,
        to_field_name="slug",
        error_messages={
            "invalid_choice": "One of these newsletters is not offered any more. Look again, and press Save."
        },
    )
    counts_clicks = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["newsletter"].queryset = Newsletter.objects.offered()  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    email = AddressField()
