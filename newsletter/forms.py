from django import forms

from articles.email_addresses import can_be_mailed


class LetterForm(forms.Form):
    email = forms.EmailField(
        max_length=254,
        validators=[can_be_mailed],
        error_messages={
            "required": "Write your e-mail address first.",
            "invalid": "Write the address in full, such as name@example.com.",
        },
    )
    source = forms.SlugField(max_length=40, required=False)
    # Nobody sees this field; robots fill it in.
    website = forms.CharField(required=False, max_length=200)
