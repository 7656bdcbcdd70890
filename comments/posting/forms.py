"""The reply form. The library makes and checks its tokens; the words and the fields are ours."""

from django import forms
from django_comments.forms import CommentSecurityForm

from comments.models.comments import NOT_HERE
from comments.posting.plain_text import PlainLineField, PlainTextField
from core.email_addresses import can_be_mailed
from core.numbers import LARGEST_KEY

MISSING = {
    "name": "Tell us what to call you.",
    "email": "Add your e-mail address. It will not be published.",
    "comment": "Write something first.",
}


class CommentForm(CommentSecurityForm):
    marks_required = True

    timestamp = forms.IntegerField(min_value=0, max_value=2**33, widget=forms.HiddenInput)
    name = PlainLineField(
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": MISSING["name"]},
    )
    email = forms.EmailField(
        label="E-mail",
        help_text="Will not be published.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        validators=[can_be_mailed],
        error_messages={
            "required": MISSING["email"],
            "invalid": "Write the address in full, such as name@example.com.",
        },
    )
    url = forms.URLField(
        label="Website",
        max_length=200,
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Write the address in full, such as https://example.com."},
    )
    comment = PlainTextField(
        max_length=3000,
        widget=forms.Textarea,
        error_messages={
            "required": MISSING["comment"],
            "max_length": "Keep it under 3,000 characters.",
        },
    )
    followup = forms.BooleanField(required=False)
    remember = forms.BooleanField(required=False)
    # Whether that can be answered is asked by whoever stores the comment, and by the page that
    # shows it again.
    reply_to = forms.IntegerField(
        required=False, min_value=1, max_value=LARGEST_KEY, error_messages={"max_value": NOT_HERE}
    )
    # Nobody sees this field; robots fill it in.
    honeypot = forms.CharField(required=False)

    def clean_honeypot(self) -> str:
        if self.cleaned_data["honeypot"]:
            raise forms.ValidationError("Leave this field empty.")
        return ""
