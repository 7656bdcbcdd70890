"""The forms of sponsored articles and press releases."""

from html import unescape
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django_prose_editor.widgets import ProseEditorWidget
from js_asset import Script

from advertising.campaigns import story_text
from advertising.campaigns.forms.campaigns import DISCLOSURE, CampaignForm, text_field
from advertising.campaigns.landing_pages import check_target
from advertising.delivery.slots import STORY, Size
from advertising.models import PaymentDisclosure, Product
from articles import body
from articles.models import Section

SHORTEST, LONGEST = 120, 1200  # words
LONGEST_HTML = 60_000
WRONG_LENGTH = f"Write {SHORTEST} to {LONGEST:,} words; this has {{}}."


class PaidStoryForm(CampaignForm):
    """A story that somebody pays for."""

    disclosure = DISCLOSURE
    pictures = (STORY,)

    section = forms.ModelChoiceField(
        Section.objects.all(), required=False, empty_label="Choose a section"
    )
    payment = forms.ChoiceField(
        choices=[
            ("", "Choose"),
            *(
                (each.value, each.label)
                for each in (PaymentDisclosure.MONEY, PaymentDisclosure.TOKENS)
            ),
        ],
        required=False,
        label="Form of payment",
        help_text="Readers are told who paid how much: the amount is the price of your order.",
    )
    text = text_field(
        20,
        "120 to 1,200 words. An empty line between paragraphs, “## ” before a section heading.",
    )

    def field_of_picture(self, size: Size) -> forms.FileField:
        field = super().field_of_picture(size)
        field.help_text = "PNG, JPEG or WebP, best at 1280 × 720. It stands above the text."
        return field

    def check_words(self, data: dict[str, Any]) -> None:
        if (words := _number_of_words(data)) > LONGEST:
            self.add_error("text", WRONG_LENGTH.format(words))

    def check_complete(self, data: dict[str, Any]) -> None:
        super().check_complete(data)
        self.require(data, "headline", "Add a headline.")
        self.require(data, "text", "Add the text.")
        words = _number_of_words(data)
        if 0 < words < SHORTEST and "text" not in self.errors:
            self.add_error("text", WRONG_LENGTH.format(words))
        self.require(data, "section", "Choose the section it stands in.")
        self.require(data, "payer", "Say who pays.")
        self.require(data, "payment", "Choose the form of payment. Readers are told.")


class PressReleaseForm(PaidStoryForm):
    product = Product.PRESS_RELEASE
    booking = ("section", "starts_on")


class SponsoredArticleForm(PaidStoryForm):
    product = Product.SPONSORED
    booking = ("section", "starts_on", "ends_on")

    text = forms.CharField(
        widget=ProseEditorWidget(
            config={"extensions": story_text.EXTENSIONS},
            preset="configurable",
            attrs={"rows": 20},
        ),
        required=False,
        max_length=LONGEST_HTML,
        help_text="120 to 1,200 words, three links at most. A short first paragraph stands under the headline. "
        "Without the editor: an empty line between paragraphs, “## ” before a heading.",
    )

    class Media:
        js = (Script("newsroom/js/pasting.js", defer=True),)

    def check_words(self, data: dict[str, Any]) -> None:
        """The editor’s HTML is kept beside its words. Each link is held to what addresses are held
        to.
        """
        data["html"] = story_text.to_html(data.get("text") or "")
        data["text"] = story_text.to_plain(data["html"])
        for link in body.links(data["html"]):
            try:
                check_target(unescape(link))
            except ValidationError as error:
                self.add_error("text", f"The link to {link[:60]}: {error.messages[0]}")
        super().check_words(data)


def _number_of_words(data: dict[str, Any]) -> int:
    return len((data.get("text") or "").split())
