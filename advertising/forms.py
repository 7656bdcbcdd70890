"""What an advertiser fills in. Every refusal says how to mend it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from advertising.models import Advertiser, Creative, CreativePicture, Placement, Product, https_only
from advertising.pictures import check_fit
from advertising.slots import SIZES, SLOTS, STORY, Size
from articles.models import Section

LONGEST_BANNER_TEXT = 140
LONGEST_LETTER_TEXT = 60  # words
SHORTEST_ARTICLE = 120  # words
LONGEST_ARTICLE = 1200
LONGEST_RUN = timedelta(days=366)
DOUBLE_CLICK = timedelta(minutes=1)
WORDY = (Product.SPONSORED, Product.PRESS_RELEASE)


class AdvertiserForm(forms.ModelForm[Advertiser]):
    class Meta:
        model = Advertiser
        fields = ("name", "website", "contact_email")
        labels = {"name": "Company", "contact_email": "E-mail for decisions"}


class PlacementForm(forms.Form):
    """One form for all four products: what a product does not need may stay empty."""

    product = forms.ChoiceField(choices=Product.choices, initial=Product.BANNER)
    title = forms.CharField(max_length=120, label="Name of this placement")
    slot = forms.ChoiceField(
        label="Position",
        choices=[("", "Choose a position"), *((s.name, s.label) for s in SLOTS.values())],
        required=False,
    )
    section = forms.ModelChoiceField(Section.objects.all(), required=False, empty_label="All sections")
    starts_on = forms.DateField(label="First day", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    ends_on = forms.DateField(label="Last day", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    headline = forms.CharField(max_length=60, required=False)
    text = forms.CharField(widget=forms.Textarea, required=False, max_length=12_000)
    target_url = forms.URLField(
        label="Where it leads",
        assume_scheme="https",
        validators=[https_only],
        max_length=200,
        error_messages={"invalid": "Use an address that starts with https://."},
    )
    alt = forms.CharField(max_length=200, required=False, label="Picture description")
    disclosure = forms.CharField(max_length=300, required=False, label="Who pays what, in one sentence")
    rights = forms.BooleanField(
        label="We own or may use everything in this placement.",
        error_messages={"required": "Confirm that you may use what you sent."},
    )

    def __init__(self, *args: Any, placement: Placement | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placement = placement
        for size in SIZES.values():
            self.fields[picture_field(size)] = forms.FileField(
                required=False,
                label="Picture" if size is STORY else size.label,
                widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
            )

    @property
    def picture_fields(self) -> list[forms.BoundField]:
        return [self[picture_field(size)] for size in SIZES.values() if size is not STORY]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._keep_what_was_booked(data)
        self._check_dates(data)
        if data.get("product") == Product.BANNER:
            self._check_banner(data)
        elif data.get("product") in WORDY:
            self._check_article(data)
        elif data.get("product") == Product.LETTER:
            self._check_letter(data)
        for size in SIZES.values():
            self._check_picture(size)
        return data

    def clean_title(self) -> str:
        """One line: it is the subject of mails."""
        return " ".join(self.cleaned_data["title"].split())

    def _keep_what_was_booked(self, data: dict[str, Any]) -> None:
        """A new version of what was approved once is judged, and kept, as what was booked."""
        if self.placement is None or self.placement.approved_creative_id is None:
            return
        for name in ("product", "slot", "section", "starts_on", "ends_on"):
            data[name] = getattr(self.placement, name)

    def _check_dates(self, data: dict[str, Any]) -> None:
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if not starts or not ends:
            return
        if ends < starts:
            self.add_error("ends_on", "The last day is before the first.")
        elif ends - starts > LONGEST_RUN:
            self.add_error("ends_on", "Book a year at most.")
        if self.placement is None and starts < timezone.now().date():
            self.add_error("starts_on", "Choose today or a later day.")

    def _check_banner(self, data: dict[str, Any]) -> None:
        slot = SLOTS.get(data.get("slot") or "")
        if slot is None:
            self.add_error("slot", "Choose where the banner stands.")
            return
        if len(data.get("text") or "") > LONGEST_BANNER_TEXT:
            self.add_error("text", f"Keep the text of a banner under {LONGEST_BANNER_TEXT} characters.")
        if not data.get("alt"):
            self.add_error("alt", "Describe the picture for readers who cannot see it.")
        latest = self.placement.latest_creative if self.placement else None
        for size in slot.sizes:
            if not data.get(picture_field(size)) and not picture_of(latest, size):
                self.add_error(picture_field(size), f"This position needs a picture of {size.label}.")

    def _check_letter(self, data: dict[str, Any]) -> None:
        words = len((data.get("text") or "").split())
        if not 0 < words <= LONGEST_LETTER_TEXT:
            self.add_error("text", f"Write up to {LONGEST_LETTER_TEXT} words for the letter; this has {words}.")
        if not data.get("headline"):
            self.add_error("headline", "Add a headline.")

    def _check_article(self, data: dict[str, Any]) -> None:
        words = len((data.get("text") or "").split())
        if not SHORTEST_ARTICLE <= words <= LONGEST_ARTICLE:
            self.add_error("text", f"Write {SHORTEST_ARTICLE} to {LONGEST_ARTICLE:,} words; this has {words}.")
        if not data.get("headline"):
            self.add_error("headline", "Add a headline.")
        if not data.get("section") and "section" not in self.errors:
            self.add_error("section", "Choose the section it stands in.")
        if not data.get("disclosure"):
            self.add_error("disclosure", "Say who pays, and how much or “no payment”.")

    def _check_picture(self, size: Size) -> None:
        name = picture_field(size)
        file = self.cleaned_data.get(name)
        if not file:
            return
        try:
            check_fit(file, size)
        except ValidationError as error:
            self.add_error(name, error)

    def save(self, advertiser: Advertiser) -> Placement:
        """Store the placement with a new version of its creative. What was approved is left as it is.

        A form sent twice, by a double click say, is one placement.
        """
        with transaction.atomic():
            Advertiser.objects.select_for_update(of=("self",)).get(pk=advertiser.pk)
            if self.placement is None and (sent_already := self._sent_a_moment_ago(advertiser)):
                return sent_already
            placement = self._save_booking(advertiser)
            self._save_creative(placement)
        return placement

    def _save_booking(self, advertiser: Advertiser) -> Placement:
        """Write what the form may write, and nothing of what the desk decided meanwhile."""
        data = self.cleaned_data
        values = {name: data[name] for name in ("title", "product", "section", "starts_on", "ends_on")}
        values["slot"] = data["slot"] if data["product"] == Product.BANNER else ""
        if self.placement is None:
            return Placement.objects.create(advertiser=advertiser, **values)
        placement = Placement.objects.select_for_update(of=("self",)).get(pk=self.placement.pk)
        for name, value in values.items():
            setattr(placement, name, value)
        placement.save(update_fields=list(values))
        return placement

    def _sent_a_moment_ago(self, advertiser: Advertiser) -> Placement | None:
        data = self.cleaned_data
        return Placement.objects.filter(
            advertiser=advertiser,
            product=data["product"],
            title=data["title"],
            created_at__gte=timezone.now() - DOUBLE_CLICK,
            creatives__target_url=data["target_url"],
            creatives__text=data["text"],
        ).first()

    def _save_creative(self, placement: Placement) -> None:
        data = self.cleaned_data
        latest = placement.latest_creative
        fields = ("headline", "text", "target_url", "alt", "disclosure")
        creative = Creative.objects.create(
            placement=placement,
            version=placement.next_version(),
            **{name: data[name] for name in fields},
        )
        for size in SIZES.values():
            file = data.get(picture_field(size))
            kept = picture_of(latest, size)
            if file:
                CreativePicture.objects.create(creative=creative, size=size.name, file=file)
            elif kept:
                CreativePicture.objects.create(creative=creative, size=size.name, file=kept.file.name)


def picture_of(creative: Creative | None, size: Size) -> CreativePicture | None:
    """The picture of a version at one size. Of the version before, it stays unless a new one is sent."""
    return creative.pictures.filter(size=size.name).first() if creative else None


def picture_field(size: Size) -> str:
    return f"picture_{size.name}"


def initial_of(placement: Placement) -> dict[str, Any]:
    """The form as it was last sent."""
    names = ("product", "title", "slot", "section", "starts_on", "ends_on")
    initial = {name: getattr(placement, name) for name in names}
    latest = placement.latest_creative
    if latest:
        initial |= {name: getattr(latest, name) for name in ("headline", "text", "target_url", "alt", "disclosure")}
    return initial
