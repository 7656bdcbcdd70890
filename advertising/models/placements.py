"""What advertisers submitted, which copy of it was approved, and who decided."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from advertising import risk_warnings, slots
from advertising.models.advertisers import Advertiser, Basis, Product, Rate, https_only
from advertising.pictures import digest_of_file
from advertising.querysets import PlacementQuerySet
from advertising.target_urls import check_target
from articles import images
from articles.models import Article, Section
from newsroom.pagecache import keys
from newsroom.pagecache.rows import Shown
from ticker.models import Coin

PAID_STORIES = (Product.SPONSORED, Product.PRESS_RELEASE)


class Device(models.TextChoices):
    ANY = "any", "Any screen"
    PHONE = "phone", "Phones only"
    DESKTOP = "desktop", "Larger screens only"


class Placement(Shown):
    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "In review"
        CHANGES = "changes", "Changes requested"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    advertiser = models.ForeignKey(Advertiser, on_delete=models.PROTECT, related_name="placements")
    product = models.CharField(max_length=20, choices=Product.choices)
    title = models.CharField(max_length=120, help_text="For you and the desk; readers do not see it on banners.")
    slot = models.CharField(max_length=20, choices=slots.CHOICES, blank=True)
    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: everywhere."
    )
    coins = models.ManyToManyField(
        Coin, blank=True, related_name="+", help_text="Banners: only on pages about one of these. Empty: everywhere."
    )
    device = models.CharField(max_length=10, choices=Device.choices, default=Device.ANY, help_text="For banners.")
    starts_on = models.DateField("first day", null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT, editable=False)
    approved_creative = models.ForeignKey(
        "Creative", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    goal = models.PositiveIntegerField(
        "viewable impressions",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Banners: how many were bought. They are spread evenly over the days. Empty: no limit.",
    )
    daily_cap = models.PositiveIntegerField(
        "most a day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Banners: no more viewable impressions than this on one day. Empty: no limit.",
    )
    weight = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Banners: one with 2 is chosen twice as often as one with 1 that may stand in the same place.",
    )
    # What it cost when it was submitted: label and amount of each line.
    price_lines = models.JSONField(default=list, blank=True, editable=False)
    approved_digest = models.CharField(max_length=64, blank=True, editable=False)
    article = models.OneToOneField(
        Article, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="placement"
    )
    awaits_answer = models.BooleanField(default=False, editable=False)  # the last message is the advertiser’s
    desk_note = models.TextField("note to the advertiser", blank=True, max_length=1000)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        permissions = [("review_placement", "Can approve and reject placements")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="placement_ends_after_it_starts"),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_creative__isnull=False),
                name="placement_approved_has_a_creative",
            ),
            models.CheckConstraint(
                condition=~Q(product="banner") | ~Q(slot="") | Q(status="draft"), name="placement_banner_has_a_slot"
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(starts_on__isnull=False, ends_on__isnull=False),
                name="placement_has_dates",
            ),
            # The letter has one paid place a day.
            models.UniqueConstraint(
                fields=["starts_on"],
                condition=Q(product="letter", status="approved"),
                name="placement_letter_once_a_day",
                violation_error_message="Another placement stands in the letter of that day.",
            ),
        ]
        indexes = [models.Index(fields=["product", "ends_on", "starts_on"], name="placement_running")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("placement", args=[self.pk])

    def page_keys(self) -> list[str]:
        """Every page with a slot. A draft is shown nowhere, however often its advertiser saves it."""
        return [keys.whole(self)] if self.approved_creative_id else []

    def missing(self) -> list[str]:
        """What a booking needs and this one does not have, a sentence each."""
        problems = []
        if self.product == Product.BANNER and not self.slot:
            problems.append("Choose where the banner stands.")
        if self._is_sold_by_views and self.goal is None:
            problems.append("Say how many viewable impressions you buy.")
        if self.product in PAID_STORIES and self.section_id is None:
            problems.append("Choose the section it stands in.")
        if not self.starts_on or not self.ends_on:
            problems.append("Choose the day of the letter." if self.product == Product.LETTER else "Choose its days.")
        return problems

    @property
    def _is_sold_by_views(self) -> bool:
        """Banners of the rate card. What was approved before there was one runs on as it was."""
        if self.product != Product.BANNER or self.advertiser.is_house or self.approved_creative_id is not None:
            return False
        return Rate.objects.filter(product=self.product, basis=Basis.THOUSAND).exists()

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "The last day is before the first."})
        if self.product == Product.BANNER and not self.slot:
            raise ValidationError({"slot": "Choose where the banner stands."})

    @property
    def state(self) -> tuple[str, str]:
        """The badge: its class and its words. Dates decide between scheduled, running and finished."""
        if self.status != self.Status.APPROVED or self.product == Product.LETTER:
            return self.status, self.get_status_display()
        today = timezone.now().date()
        if self.starts_on and today < self.starts_on:
            return "scheduled", "Scheduled"
        if self.ends_on and today > self.ends_on:
            return "finished", "Finished"
        return "running", "Running"

    @property
    def run(self) -> tuple[date, date]:
        """Its first and its last day. Only a draft may have none: asked for then, this raises ValueError."""
        if self.starts_on is None or self.ends_on is None:
            raise ValueError("This placement has no days yet.")
        return self.starts_on, self.ends_on

    @property
    def latest_creative(self) -> "Creative | None":
        """The newest version, sent or still being written."""
        return self.creatives.order_by("-version").first()

    @property
    def newest_sent(self) -> "Creative | None":
        """The newest version that the advertiser submitted: what the desk reads."""
        return self.creatives.exclude(submitted_at=None).order_by("-version").first()

    def next_version(self) -> int:
        """Ask under a lock on the placement: two versions never share a number."""
        latest = self.latest_creative
        return latest.version + 1 if latest else 1

    @property
    def is_open_for_changes(self) -> bool:
        return self.status != self.Status.REJECTED

    @property
    def may_stay_a_draft(self) -> bool:
        return self.status in (self.Status.DRAFT, self.Status.CHANGES)


class Payment(models.TextChoices):
    MONEY = "money", "Money"
    TOKENS = "tokens", "Tokens or coins"
    NONE = "none", "No payment"


class Creative(models.Model):
    """One version of what readers would see. Approved copies never change; an edit is a new version."""

    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="creatives")
    version = models.PositiveSmallIntegerField()
    headline = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True, help_text="Banners: up to 140 characters. Articles: the whole text.")
    target_url = models.URLField("where it leads", blank=True, validators=[https_only, check_target])
    alt = models.CharField("picture description", max_length=200, blank=True)
    payer = models.CharField("who pays", max_length=120, blank=True)
    payment = models.CharField(max_length=10, choices=Payment.choices, blank=True)
    amount = models.CharField(max_length=40, blank=True, help_text="As readers are told, such as $1,800.")
    disclosure = models.CharField(
        "who pays what", max_length=300, blank=True, help_text="One sentence, printed under the label."
    )
    about_token = models.CharField("token or coin", max_length=60, blank=True, help_text="Empty: it is not about one.")
    markets = models.JSONField(default=list, blank=True, help_text="Whose readers it is for, when about a token.")
    approver = models.CharField("approved by", max_length=120, blank=True, help_text="For the UK.")
    white_paper_url = models.URLField("white paper", blank=True, validators=[https_only], help_text="For the EU.")
    issuer_phone = models.CharField(max_length=40, blank=True, help_text="For the EU.")
    issuer_email = models.EmailField(blank=True, help_text="For the EU.")
    findings = models.JSONField(default=list, blank=True, editable=False)  # of the checks, when it was submitted
    digest = models.CharField(max_length=64, blank=True, editable=False)  # of all that readers see; see pinning
    submitted_at = models.DateTimeField(null=True, editable=False, help_text="From then on it never changes.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["placement", "version"]
        constraints = [models.UniqueConstraint(fields=["placement", "version"], name="creative_version_once")]

    def __str__(self) -> str:
        return f"{self.headline or self.placement.title}, version {self.version}"

    @property
    def terms(self) -> risk_warnings.Terms:
        return risk_warnings.Terms(
            token=self.about_token,
            markets=self.markets,
            approver=self.approver,
            white_paper=self.white_paper_url,
            phone=self.issuer_phone,
            email=self.issuer_email,
        )

    @property
    def risk_warning(self) -> str:
        return risk_warnings.compose(self.terms)

    @property
    def holding_findings(self) -> list[dict[str, str]]:
        return [finding for finding in self.findings if finding["weight"] == "hold"]

    def missing(self) -> list[str]:
        """What its product, its slot or its subject needs and it does not have, a sentence each."""
        placement = self.placement
        warnings = list(risk_warnings.missing(self.terms).values())
        if not self.target_url:
            warnings.append("Say where it leads.")
        if placement.product in PAID_STORIES and not self.disclosure:
            warnings.append("Say who pays, and how much.")
        if placement.product != Product.BANNER:
            return warnings + ([] if self.text.strip() else ["Add the text."])
        if not self.pictures.exists() and self.headline and self.text:
            return warnings  # An advertisement of words alone.
        if placement.slot not in slots.SLOTS:
            return warnings  # Which pictures it needs is known once it has a position.
        have = set(self.pictures.values_list("size", flat=True))
        needed = slots.SLOTS[placement.slot].sizes
        sizes = [f"This position needs a picture of {size.label}." for size in needed if size.name not in have]
        return warnings + sizes


def creative_path(picture: "CreativePicture", filename: str) -> str:
    return images.library_path(picture, filename).replace("images/", "placements/", 1)  # type: ignore[arg-type]


class CreativePicture(models.Model):
    """A banner’s picture at one of the slot’s sizes, or the picture of a sponsored article."""

    creative = models.ForeignKey(Creative, on_delete=models.CASCADE, related_name="pictures")
    size = models.CharField(max_length=10, choices=slots.SIZE_CHOICES)
    file = models.ImageField(upload_to=creative_path, validators=[images.validate_picture])
    digest = models.CharField(max_length=64, blank=True, editable=False)  # of the file’s bytes

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creative", "size"], name="creative_picture_once")]

    def __str__(self) -> str:
        return self.size

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.digest:
            self.digest = digest_of_file(self.file)
        super().save(*args, **kwargs)


class Decision(models.Model):
    """What happened to a placement, who did it and when. Never deleted."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="decisions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    old_status = models.CharField(max_length=20, choices=Placement.Status.choices)
    new_status = models.CharField(max_length=20, choices=Placement.Status.choices)
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_old_status_display()} → {self.get_new_status_display()}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ValidationError("A decision cannot be deleted.")


class Message(models.Model):
    """Between an advertiser and the desk, about one placement. Never changed, never deleted."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="messages")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    is_from_desk = models.BooleanField()
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
