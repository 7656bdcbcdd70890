"""The reply form. The library makes and checks its tokens; the words and the fields are ours."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django_comments.forms import CommentSecurityForm

from articles.email_addresses import can_be_mailed
from comments.models import SiteComment, comments_on
from comments.plain_text import PlainLineField, PlainTextField

MISSING = {
    "name": "Tell us what to call you.",
    "email": "Add your e-mail address. It will not be published.",
    "comment": "Write something first.",
}


class ThoughtForm(CommentSecurityForm):
    timestamp = forms.IntegerField(min_value=0, max_value=2**33, widget=forms.HiddenInput)
    name = PlainLineField(max_length=50, error_messages={"required": MISSING["name"]})
    email = forms.EmailField(
        max_length=254,
        validators=[can_be_mailed],
        error_messages={
            "required": MISSING["email"],
            "invalid": "Write the address in full, such as name@example.com.",
        },
    )
    url = forms.URLField(
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "Write the address in full, such as https://example.com."},
    )
    comment = PlainTextField(
        max_length=3000,
        widget=forms.Textarea,
        error_messages={"required": MISSING["comment"], "max_length": "Keep it under 3,000 characters."},
    )
    followup = forms.BooleanField(required=False)
    remember = forms.BooleanField(required=False)
    reply_to = forms.IntegerField(required=False, min_value=1)
    # Nobody sees this field; robots fill it in.
    honeypot = forms.CharField(required=False)

    def clean_honeypot(self) -> str:
        if self.cleaned_data["honeypot"]:
            raise forms.ValidationError("Leave this field empty.")
        return ""

    def clean_reply_to(self) -> int | None:
        """A reply answers a public comment on this article, or nothing."""
        number = self.cleaned_data["reply_to"]
        if number is None:
            return None
        if number > 2**31 - 1 or not _answerable(self.target_object, number).exists():
            raise forms.ValidationError("The thought you answer is no longer here.")
        return number


def answered_comment(article: Any, number: int) -> SiteComment | None:
    """The public comment `number` on `article`, or None."""
    return _answerable(article, number).first()


def _answerable(article: Any, number: int) -> QuerySet[SiteComment]:
    return comments_on(article).filter(pk=number, is_public=True, is_removed=False).order_by()
