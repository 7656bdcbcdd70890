"""Forms of the portal, one for each product. Every refusal says how to mend it."""

from datetime import date, timedelta
from html import unescape
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_prose_editor.widgets import ProseEditorWidget

from advertising.billing import availability
from advertising.campaigns import risk_warnings, story_text
from advertising.campaigns.landing_pages import check_target
from advertising.campaigns.pictures import check_fit
from advertising.delivery.slots import SIZES, SLOTS, STORY, Size
from advertising.models import (
    PAID_STORIES,
    Advertiser,
    Creative,
    CreativePicture,
    Device,
    PaymentDisclosure,
    Placement,
    Product,
    https_only,
)
from articles import body
from articles.models import Section
from ticker.models import Coin

LONGEST_BANNER_TEXT = 140
LONGEST_NEWSLETTER_TEXT = 60  # words
SHORTEST_ARTICLE = 120  # words
LONGEST_ARTICLE = 1200
LONGEST_RUN = timedelta(days=366)
LONGEST_HTML = 60_000
LONGEST_AHEAD = timedelta(days=2 * 365)
SMALLEST_GOAL, LARGEST_GOAL = 1_000, 100_000_000

BOOKING = ("title", "slot", "section", "device", "goal", "starts_on", "ends_on")
WORDS = ("headline", "text", "target_url", "alt")
DISCLOSURE = ("payer", "payment", "amount")
WARNINGS = ("about_token", "markets", "approver", "white_paper_url", "issuer_phone", "issuer_email")
PICTURES = tuple(f"picture_{name}" for name in SIZES if name != STORY.name)
STORY_PICTURE = f"picture_{STORY.name}"

FIELDS_OF = {
    Product.BANNER: (*BOOKING, "coins", *WORDS, *WARNINGS, *PICTURES, "rights"),
    Product.SPONSORED: (
        "section",
        "starts_on",
        "ends_on",
        *WORDS,
        *DISCLOSURE,
        *WARNINGS,
        STORY_PICTURE,
        "rights",
    ),
    Product.PRESS_RELEASE: (
        "section",
        "starts_on",
        *WORDS,
        *DISCLOSURE,
        *WARNINGS,
        STORY_PICTURE,
        "rights",
    ),
    Product.NEWSLETTER: ("starts_on", "headline", "text", "target_url", *WARNINGS, "rights"),
}


class AdvertiserForm(forms.ModelForm[Advertiser]):
    class Meta:
        model = Advertiser
        fields = ("name", "website", "contact_email")
        labels = {"name": "Company", "contact_email": "E-mail for decisions"}


class CompanyForm(forms.ModelForm[Advertiser]):
    class Meta:
        model = Advertiser
        fields = (
            "website",
            "contact_email",
            "billing_address",
            "tax_number",
            "wants_weekly_report",
        )
        widgets = {"billing_address": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "contact_email": "E-mail for decisions",
            "wants_weekly_report": "Mail us the figures on Mondays",
        }


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, required=False)


class PlacementForm(forms.Form):
    """A draft may lack anything but what is wrong; what goes on to the checks must be complete."""

    title = forms.CharField(
        max_length=120, label="Name of this placement", help_text="For you and the desk."
    )
    slot = forms.ChoiceField(
        label="Position",
        choices=[("", "Choose a position"), *((slot.name, slot.label) for slot in SLOTS.values())],
        required=False,
    )
    section = forms.ModelChoiceField(
        Section.objects.all(), required=False, empty_label="All sections"
    )
    coins = forms.ModelMultipleChoiceField(
        Coin.objects.followed(),
        required=False,
        label="Coins",
        help_text="Only on pages about these coins. None chosen: on all pages.",
    )
    device = forms.ChoiceField(
        choices=Device.choices, initial=Device.ANY, required=False, label="Devices"
    )
    goal = forms.IntegerField(
        label="Viewable impressions",
        min_value=SMALLEST_GOAL,
        max_value=LARGEST_GOAL,
        required=False,
        widget=forms.NumberInput(attrs={"step": 1000}),
        help_text="How many you buy. They are spread evenly over your days.",
    )
    starts_on = _day("Start date")
    ends_on = _day("End date")
    headline = forms.CharField(max_length=60, required=False, help_text="60 characters or fewer.")
    text = forms.CharField(widget=forms.Textarea, required=False, max_length=12_000)
    target_url = forms.URLField(
        label="Landing page",
        assume_scheme="https",
        required=False,
        validators=[https_only, check_target],
        max_length=200,
        error_messages={"invalid": "Use an address that starts with https://."},
        help_text="An address of your own that starts with https://.",
    )
    alt = forms.CharField(
        max_length=200,
        required=False,
        label="Picture description",
        help_text="What a reader who cannot see the picture should know.",
    )
    payer = forms.CharField(
        max_length=120, required=False, label="Who pays", help_text="As readers are told."
    )
    payment = forms.ChoiceField(
        choices=[("", "Choose"), *PaymentDisclosure.choices],
        required=False,
        label="What was paid with",
    )
    amount = forms.CharField(
        max_length=40,
        required=False,
        label="How much",
        help_text="Such as $1,800. Readers are told.",
    )
    about_token = forms.CharField(
        max_length=60,
        required=False,
        label="Token or coin that this is about",
        help_text="Leave it empty if it is about none. With one, readers get the risk warnings of their country.",
    )
    markets = forms.MultipleChoiceField(
        choices=risk_warnings.Market.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="For readers in",
    )
    approver = forms.CharField(
        max_length=120,
        required=False,
        label="UK: authorised firm that approved it",
        help_text="As the FCA lists it.",
    )
    white_paper_url = forms.URLField(
        required=False,
        assume_scheme="https",
        validators=[https_only],
        label="EU: address of the white paper",
    )
    issuer_phone = forms.CharField(
        max_length=40, required=False, label="EU: telephone of the issuer"
    )
    issuer_email = forms.EmailField(required=False, label="EU: e-mail of the issuer")
    rights = forms.BooleanField(
        label="We own or may use everything in this placement, and it follows the advertising rules.",
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        product: str,
        advertiser: Advertiser,
        placement: Placement | None = None,
        is_draft: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.product, self.advertiser, self.placement, self.is_draft = (
            Product(product),
            advertiser,
            placement,
            is_draft,
        )
        for size in SIZES.values():
            self.fields[picture_field(size)] = forms.FileField(
                required=False,
                label="Picture" if size is STORY else size.label,
                widget=forms.FileInput(
                    attrs={"accept": "image/png,image/jpeg,image/webp", "data-picture": size.name}
                ),
            )
        for name in set(self.fields) - set(FIELDS_OF[self.product]):
            del self.fields[name]
        if self.product == Product.SPONSORED:
            config = {"extensions": story_text.EXTENSIONS}
            editor = ProseEditorWidget(config=config, preset="configurable", attrs={"rows": 20})
            self.fields["text"] = forms.CharField(
                widget=editor, required=False, max_length=LONGEST_HTML
            )
        elif self.product in (Product.BANNER, Product.NEWSLETTER):
            self.fields["text"].widget.attrs["rows"] = 3
        else:
            self.fields["text"].widget.attrs["rows"] = 20
        if self.is_paid_story:
            self.fields["section"].empty_label = "Choose a section"  # type: ignore[attr-defined]
        if self.product == Product.NEWSLETTER:
            self.fields["starts_on"].label = "Day of the newsletter"

    def group(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def words(self) -> list[forms.BoundField]:
        return self.group("title", *WORDS)

    @property
    def picture_fields(self) -> list[forms.BoundField]:
        return self.group(*PICTURES)

    @property
    def disclosure_fields(self) -> list[forms.BoundField]:
        return self.group(*DISCLOSURE)

    @property
    def warning_fields(self) -> list[forms.BoundField]:
        return self.group(*WARNINGS)

    # --- What is wrong ------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._keep_what_was_booked(data)
        if self.product == Product.SPONSORED:
            self._make_safe(data)
        self._check_dates(data)
        self._check_lengths(data)
        for size in SIZES.values():
            self._check_picture(size)
        if not self.is_draft:
            self._check_complete(data)
        return data

    def _make_safe(self, data: dict[str, Any]) -> None:
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

    def clean_title(self) -> str:
        """One line: it is the subject of mails."""
        return " ".join(self.cleaned_data["title"].split())

    @property
    def is_booked(self) -> bool:
        return self.placement is not None and self.placement.is_booked

    def _keep_what_was_booked(self, data: dict[str, Any]) -> None:
        """A new version of what is booked is judged, and kept, as what was booked."""
        if self.placement is None or not self.is_booked:
            return
        for name in ("slot", "section", "starts_on", "ends_on", "goal", "device"):
            if name in self.fields:
                data[name] = getattr(self.placement, name)
        if "coins" in self.fields:
            data["coins"] = self.placement.coins.all()

    def _check_dates(self, data: dict[str, Any]) -> None:
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
        if self.product == Product.NEWSLETTER and starts and not self.has_error("starts_on"):
            self._check_newsletter_of(starts)

    def _check_newsletter_of(self, day: date) -> None:
        if availability.is_newsletter_taken(day, self.placement):
            why = "The newsletter of that day is taken."
        elif not self.is_booked and not availability.has_newsletter(day):
            why = "On that day no newsletter goes out any more."
        else:
            return
        free = ", ".join(
            f"{day.day} {day:%B}" for day in availability.free_newsletters(3, self.placement)
        )
        others = (
            f"The next free ones: {free}."
            if free
            else "No other is free at present: please write to us."
        )
        self.add_error("starts_on", f"{why} {others}")

    def _check_lengths(self, data: dict[str, Any]) -> None:
        text = data.get("text") or ""
        words = len(text.split())
        if self.product == Product.BANNER and len(text) > LONGEST_BANNER_TEXT:
            self.add_error(
                "text", f"Keep the text of a banner under {LONGEST_BANNER_TEXT} characters."
            )
        if self.product == Product.NEWSLETTER and words > LONGEST_NEWSLETTER_TEXT:
            self.add_error(
                "text",
                f"Write up to {LONGEST_NEWSLETTER_TEXT} words for the newsletter; this has {words}.",
            )
        if self.is_paid_story and words > LONGEST_ARTICLE:
            self.add_error(
                "text", f"Write {SHORTEST_ARTICLE} to {LONGEST_ARTICLE:,} words; this has {words}."
            )

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

    @property
    def is_paid_story(self) -> bool:
        return self.product in PAID_STORIES

    def _check_complete(self, data: dict[str, Any]) -> None:
        self._require(data, "target_url", "Give the landing page.")
        self._require(data, "starts_on", "Choose a day.")
        self._require(data, "ends_on", "Choose a day.")
        self._require(data, "rights", "Confirm that you may use what you sent.")
        if self.product == Product.BANNER:
            self._require(data, "slot", "Choose where the banner stands.")
            if not self.is_booked:
                self._require(data, "goal", "Say how many viewable impressions you buy.")
            self._require_banner(data)
        else:
            self._require(data, "headline", "Add a headline.")
            self._require(data, "text", "Add the text.")
        if self.is_paid_story:
            self._require_story(data)
        for name, sentence in risk_warnings.missing(terms_of(data)).items():
            self._require({}, name, sentence)

    def _require(self, data: dict[str, Any], name: str, sentence: str) -> None:
        if name in self.fields and not data.get(name) and name not in self.errors:
            self.add_error(name, sentence)

    def _require_banner(self, data: dict[str, Any]) -> None:
        slot = SLOTS.get(data.get("slot") or "")
        if slot is None:
            return
        latest = self.placement.latest_creative if self.placement else None
        there = {
            size: bool(data.get(picture_field(size)) or picture_of(latest, size))
            for size in slot.sizes
        }
        if not any(there.values()) and data.get("headline") and data.get("text"):
            return  # An advertisement of words alone.
        self._require(data, "alt", "Describe the picture for readers who cannot see it.")
        for size, is_there in there.items():
            if not is_there:
                sentence = f"This position needs a picture of {size.label}, or a headline and a text and no picture."
                self._require({}, picture_field(size), sentence)

    def _require_story(self, data: dict[str, Any]) -> None:
        words = len((data.get("text") or "").split())
        if 0 < words < SHORTEST_ARTICLE and "text" not in self.errors:
            self.add_error(
                "text", f"Write {SHORTEST_ARTICLE} to {LONGEST_ARTICLE:,} words; this has {words}."
            )
        self._require(data, "section", "Choose the section it stands in.")
        self._require(data, "payer", "Say who pays.")
        self._require(data, "payment", "Say what was paid with, or that nothing was.")
        if data.get("payment") in (PaymentDisclosure.MONEY, PaymentDisclosure.TOKENS):
            self._require(data, "amount", "Say how much. Readers are told.")


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


def initial_of(placement: Placement) -> dict[str, Any]:
    """The form as it was last sent."""
    initial: dict[str, Any] = {name: getattr(placement, name) for name in BOOKING}
    initial["coins"] = list(placement.coins.all())
    latest = placement.latest_creative
    if latest:
        initial |= {name: getattr(latest, name) for name in (*WORDS, *DISCLOSURE, *WARNINGS)}
        if placement.product == Product.SPONSORED:
            initial["text"] = latest.html or story_text.from_plain(latest.text)
    return initial
