"""
The form of a campaign, whatever its product. Every refusal says how to mend it.

A draft may lack anything but what is wrong; what goes on to the checks must be complete.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import fields_for_model
from django.utils import timezone

from advertising.campaigns import risk_warnings
from advertising.campaigns.landing_pages import check_target
from advertising.campaigns.pictures import check_fit
from advertising.delivery.slots import SIZES, STORY, Size
from advertising.models import (
    Advertiser,
    Creative,
    CreativePicture,
    Placement,
    Product,
    https_only,
)
from articles.models import Section

LONGEST_RUN = timedelta(days=366)
LONGEST_AHEAD = timedelta(days=2 * 365)

# What is kept of the placement, and what of its creative.
BOOKING = ("title", "slot", "section", "device", "goal", "starts_on", "ends_on")
BOOKED = ("slot", "section", "starts_on", "ends_on", "goal", "device", "coins")
WORDS = ("headline", "text", "target_url", "alt")
DISCLOSURE = ("payer", "payment")
WARNINGS = ("about_token", "markets", "approver", "white_paper_url", "issuer_phone", "issuer_email")


# Fields of forms do not take the validators of their model’s along.
class HttpsURLField(forms.URLField):
    default_validators = [*forms.URLField.default_validators, https_only]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", **kwargs)


class LandingPageField(HttpsURLField):
    default_validators = [*HttpsURLField.default_validators, check_target]


def text_field(rows: int, help_text: str) -> forms.CharField:
    """Plain words. How many of them is said by each form, in a sentence."""
    return forms.CharField(
        widget=forms.Textarea(attrs={"rows": rows}),
        required=False,
        max_length=12_000,
        help_text=help_text,
    )


def date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class CampaignForm(forms.Form):
    """The fields of one product: those of the placement and of its creative by their models, with
    the labels and limits of these, where a form does not say more.
    """

    product: ClassVar[Product]
    booking: ClassVar[tuple[str, ...]]
    words: ClassVar[tuple[str, ...]] = WORDS
    disclosure: ClassVar[tuple[str, ...]] = ()
    pictures: ClassVar[tuple[Size, ...]] = ()
    # Nothing is required of a draft, so nothing is called optional.
    names_optional_fields = False

    markets = forms.MultipleChoiceField(
        choices=risk_warnings.Market.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="For readers in",
    )
    rights = forms.BooleanField(
        label="We own or may use everything in this placement, and it follows the advertising rules.",
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        advertiser: Advertiser,
        placement: Placement | None = None,
        is_draft: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.advertiser, self.placement, self.is_draft = advertiser, placement, is_draft
        pictures = {picture_field(size): self.field_of_picture(size) for size in self.pictures}
        of_models = _placement_fields(self.booking) | _creative_fields(
            (*self.words, *self.disclosure, *WARNINGS)
        )
        # What a class declares itself stands in place of what the models say.
        self.fields = of_models | self.fields | pictures
        if self.is_booked:
            # What was priced is changed on request; here it is shown as it is.
            for name in BOOKED:
                if name in self.fields:
                    self.fields[name].disabled = True
        self.order_fields([*self.booking, *self.words, *self.disclosure, *WARNINGS, *pictures])

    def field_of_picture(self, size: Size) -> forms.FileField:
        attrs = {"accept": "image/png,image/jpeg,image/webp", "data-picture": size.name}
        return forms.FileField(
            required=False,
            label="Picture" if size is STORY else size.label,
            widget=forms.FileInput(attrs=attrs),
        )

    def group(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def word_fields(self) -> list[forms.BoundField]:
        return self.group("title", *self.words)

    @property
    def booking_fields(self) -> list[forms.BoundField]:
        return self.group("starts_on", "ends_on", "goal", "section", "device")

    @property
    def picture_fields(self) -> list[forms.BoundField]:
        return self.group(*map(picture_field, self.pictures))

    @property
    def disclosure_fields(self) -> list[forms.BoundField]:
        return self.group(*self.disclosure)

    @property
    def warning_fields(self) -> list[forms.BoundField]:
        """Fields that the countries of its readers ask for, once it is about a token."""
        return self.group("approver", "white_paper_url", "issuer_phone", "issuer_email")

    # --- What is wrong ------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_words(data)
        self.check_dates(data)
        for size in self.pictures:
            self._check_picture(size)
        if not self.is_draft:
            self.check_complete(data)
        return data

    def check_words(self, data: dict[str, Any]) -> None:
        """Add an error where the text is longer than this product’s may be."""

    def clean_title(self) -> str:
        """One line: it is the subject of mails."""
        return " ".join(self.cleaned_data["title"].split())

    @property
    def is_booked(self) -> bool:
        return self.placement is not None and self.placement.is_booked

    def check_dates(self, data: dict[str, Any]) -> None:
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "The end date is before the start date.")
        elif starts and ends and ends - starts > LONGEST_RUN:
            self.add_error("ends_on", "Book a year at most.")
        today = timezone.now().date()
        if starts and starts < today and not self.is_booked:
            self.add_error("starts_on", "Choose today or a later day.")
        if starts and starts > today + LONGEST_AHEAD:
            self.add_error("starts_on", "Choose a day within the next two years.")

    def _check_picture(self, size: Size) -> None:
        name = picture_field(size)
        file = self.cleaned_data.get(name)
        if not file:
            return
        try:
            check_fit(file, size)
        except ValidationError as error:
            self.add_error(name, error)

    # --- What is missing ----------------------------------------------------------------------

    def check_complete(self, data: dict[str, Any]) -> None:
        self.require(data, "target_url", "Give the landing page.")
        self.require(data, "starts_on", "Choose a day.")
        self.require(data, "ends_on", "Choose a day.")
        self.require(data, "rights", "Confirm that you may use what you sent.")
        for name, sentence in risk_warnings.missing(terms_of(data)).items():
            self.require({}, name, sentence)

    def require(self, data: dict[str, Any], name: str, sentence: str) -> None:
        if name in self.fields and not data.get(name) and name not in self.errors:
            self.add_error(name, sentence)


def _placement_fields(names: tuple[str, ...]) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = fields_for_model(
        Placement,
        fields=names,
        labels={"title": "Name of this placement"},
        help_texts={"title": "For you and the desk.", "section": ""},
        widgets={"starts_on": date_input(), "ends_on": date_input()},
    )
    if "section" in names:
        fields["section"] = forms.ModelChoiceField(
            Section.objects.all(), required=False, empty_label="All sections"
        )
    return fields


def _creative_fields(names: tuple[str, ...]) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = fields_for_model(
        Creative,
        fields=[name for name in names if name not in ("text", "markets")],
        labels={
            "payment": "Form of payment",
            "about_token": "Token or coin that this is about",
            "approver": "UK: authorised firm that approved it",
            "white_paper_url": "EU: address of the white paper",
            "issuer_phone": "EU: telephone of the issuer",
            "issuer_email": "EU: e-mail of the issuer",
        },
        help_texts={
            "headline": "60 characters or fewer.",
            "target_url": "An address of your own that starts with https://.",
            "alt": "What a reader who cannot see the picture should know.",
            "payer": "As readers are told.",
            "about_token": "Leave it empty if it is about none. "
            "With one, readers get the risk warnings of their country.",
            "approver": "As the FCA lists it.",
            "white_paper_url": "",
            "issuer_phone": "",
            "issuer_email": "",
        },
        error_messages={
            "target_url": {"invalid": "Use an address that starts with https://."},
        },
        field_classes={"target_url": LandingPageField, "white_paper_url": HttpsURLField},
    )
    return fields


def terms_of(data: dict[str, Any]) -> risk_warnings.Terms:
    return risk_warnings.Terms(
        token=data.get("about_token") or "",
        markets=data.get("markets") or [],
        approver=data.get("approver") or "",
        white_paper=data.get("white_paper_url") or "",
        phone=data.get("issuer_phone") or "",
        email=data.get("issuer_email") or "",
    )


def picture_of(creative: Creative | None, size: Size) -> CreativePicture | None:
    """The picture of a version at one size. Of the version before, it stays unless a new one is
    sent.
    """
    return creative.pictures.filter(size=size.name).first() if creative else None


def picture_field(size: Size) -> str:
    return f"picture_{size.name}"


BANNER_SIZES = tuple(size for size in SIZES.values() if size is not STORY)
