"""Placements: what was booked, which copy was approved, and its status."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from advertising.choices import DEFAULT_CURRENCY
from advertising.delivery import slots
from advertising.models.advertisers import PAID_STORIES, Advertiser, Basis, Product, Rate
from advertising.querysets import PlacementQuerySet
from articles.models import Article, Section
from pagecache import tags
from pagecache.cache_tagged import CacheTagged
from ticker.models import Coin

if TYPE_CHECKING:
    from advertising.models.creatives import Creative


class Device(models.TextChoices):
    ANY = "any", "Any screen"
    PHONE = "phone", "Phones only"
    DESKTOP = "desktop", "Larger screens only"


class Placement(CacheTagged):
    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "In review"
        CHANGES = "changes", "Changes requested"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    advertiser = models.ForeignKey(Advertiser, on_delete=models.PROTECT, related_name="placements")
    product = models.CharField(max_length=20, choices=Product.choices)
    title = models.CharField(
        max_length=120, help_text="For you and the desk; readers do not see it on banners."
    )
    slot = models.CharField(max_length=20, choices=slots.CHOICES, blank=True)
    section = models.ForeignKey(
        Section,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: everywhere.",
    )
    coins = models.ManyToManyField(
        Coin,
        blank=True,
        related_name="+",
        help_text="Banners: only on pages about one of these. Empty: everywhere.",
    )
    device = models.CharField(
        max_length=10, choices=Device.choices, default=Device.ANY, help_text="For banners."
    )
    starts_on = models.DateField("start date", null=True, blank=True)
    ends_on = models.DateField("end date", null=True, blank=True)
    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    approved_creative = models.ForeignKey(
        "Creative",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
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
    currency = models.CharField(
        max_length=3, default=DEFAULT_CURRENCY, db_default=DEFAULT_CURRENCY, editable=False
    )
    agreed_price = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Before tax, in place of the rate card’s. Empty: by the rate card.",
    )
    discount = models.DecimalField(
        "discount in per cent",
        max_digits=5,
        decimal_places=2,
        default=0,
        db_default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Off the rate card’s price. A line of its own on the invoice.",
    )
    start_told = models.BooleanField(default=False, db_default=False, editable=False)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_digest = models.CharField(max_length=64, blank=True, editable=False)
    article = models.OneToOneField(
        Article,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="placement",
    )
    awaits_answer = models.BooleanField(
        default=False, editable=False
    )  # the last message is the advertiser’s
    desk_note = models.TextField("note to the advertiser", blank=True, max_length=1000)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        permissions = [("review_placement", "Can approve and reject placements")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="placement_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_creative__isnull=False),
                name="placement_approved_has_a_creative",
            ),
            models.CheckConstraint(
                condition=~Q(product="banner") | ~Q(slot="") | Q(status="draft"),
                name="placement_banner_has_a_slot",
                violation_error_message="A banner needs its position.",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(starts_on__isnull=False, ends_on__isnull=False),
                name="placement_has_dates",
                violation_error_message="Only a draft may have no days.",
            ),
            # The newsletter has one paid place a day.
            models.UniqueConstraint(
                fields=["starts_on"],
                condition=Q(
                    product="newsletter",
                    approved_creative__isnull=False,
                    stopped_at__isnull=True,
                )
                & ~Q(status="rejected"),
                name="placement_newsletter_once_a_day",
                violation_error_message="Another placement stands in the newsletter of that day.",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "ends_on", "starts_on"], name="placement_running")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("placement", args=[self.pk])

    @property
    def is_paid_story(self) -> bool:
        return self.product in PAID_STORIES

    def cache_tags(self) -> list[str]:
        """Every page with a slot. A draft is shown nowhere, however often its advertiser saves
        it.
        """
        return [tags.table_tag(self)] if self.approved_creative_id else []

    def missing(self) -> list[str]:
        """Return what a booking needs and this one does not have, a sentence each."""
        problems = []
        if self.product == Product.BANNER and not self.slot:
            problems.append("Choose where the banner stands.")
        if self._is_sold_by_views and self.goal is None:
            problems.append("Say how many viewable impressions you buy.")
        if self.is_paid_story and self.section_id is None:
            problems.append("Choose the section it stands in.")
        if not self.starts_on or not self.ends_on:
            problems.append(
                "Choose the day of the newsletter."
                if self.product == Product.NEWSLETTER
                else "Choose its days."
            )
        return problems

    @property
    def _is_sold_by_views(self) -> bool:
        """Banners of the rate card. What was approved before there was one runs on as it was."""
        if (
            self.product != Product.BANNER
            or self.advertiser.is_house
            or self.approved_creative_id is not None
        ):
            return False
        return Rate.objects.filter(product=self.product, basis=Basis.THOUSAND).exists()

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "The end date is before the start date."})
        if self.product == Product.BANNER and not self.slot:
            raise ValidationError({"slot": "Choose where the banner stands."})

    @property
    def state(self) -> tuple[str, str]:
        """The badge: its class and its words. Dates decide between scheduled, running and
        completed.
        """
        if self.stopped_at:
            return "cancelled", "Cancelled"
        if self.approved_creative_id is None or self.status == self.Status.REJECTED:
            return self.status, self.get_status_display()
        today = timezone.now().date()
        if self.ends_on and today > self.ends_on:
            return "finished", "Completed"
        if self.paused_at:
            return "paused", "Paused"
        if self.starts_on and today < self.starts_on:
            return "scheduled", "Scheduled"
        return "running", "Running"

    @property
    def update_state(self) -> str:
        """The state of a newer version beside the state of the one that runs."""
        if self.approved_creative_id is None or self.is_over:
            return ""
        if self.status == self.Status.SUBMITTED:
            return "Update in review"
        return "Changes requested" if self.status == self.Status.CHANGES else ""

    @property
    def is_over(self) -> bool:
        """Completed, cancelled or rejected: nothing of it runs any more."""
        if self.stopped_at or self.status == self.Status.REJECTED:
            return True
        return bool(
            self.approved_creative_id and self.ends_on and timezone.now().date() > self.ends_on
        )

    @property
    def may_pause(self) -> bool:
        """A newsletter’s day is one mail, and a press release stays where it was published."""
        is_timed = self.product in (Product.BANNER, Product.SPONSORED)
        return is_timed and self.approved_creative_id is not None and not self.is_over

    @property
    def may_stop(self) -> bool:
        """Booked, and not over."""
        return self.is_booked and not self.is_over

    @property
    def run(self) -> tuple[date, date]:
        """Its first and its last day. Only a draft may have none: asked for then, this raises
        ValueError.
        """
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
        return not self.is_over

    @property
    def is_booked(self) -> bool:
        """From its submission on, position, days and number are those that were priced; the desk
        changes them.

        Sent back before anything of it was approved or ordered, it is open again.
        """
        if self.may_stay_a_draft and self.approved_creative_id is None:
            return self.pk is not None and hasattr(self, "ordered")
        return True

    @property
    def may_stay_a_draft(self) -> bool:
        return self.status in (self.Status.DRAFT, self.Status.CHANGES)
