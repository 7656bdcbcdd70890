"""Creatives: versions of a placement’s words and pictures."""

from typing import Any

from django.db import models, transaction

from advertising.campaigns import risk_warnings
from advertising.campaigns.landing_pages import check_target
from advertising.campaigns.pictures import clean_copy, digest_of_file
from advertising.delivery import slots
from advertising.models.advertisers import Product, https_only
from advertising.models.placements import Placement
from articles import body
from articles.media import images
from articles.media.fields import PictureField


class PaymentDisclosure(models.TextChoices):
    MONEY = "money", "Money"
    TOKENS = "tokens", "Tokens or coins"
    NONE = "none", "No payment"


class Creative(models.Model):
    """One version of what readers would see. Approved copies never change; an edit is a new
    version.
    """

    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="creatives")
    version = models.PositiveSmallIntegerField()
    headline = models.CharField(max_length=60, blank=True)
    text = models.TextField(
        blank=True, help_text="Banners: up to 140 characters. Articles: the whole text."
    )
    html = models.TextField(
        blank=True, editable=False
    )  # of a sponsored article, whose words are `text`
    target_url = models.URLField(
        "landing page", max_length=2000, blank=True, validators=[https_only, check_target]
    )
    alt = models.CharField("picture description", max_length=200, blank=True)
    payer = models.CharField("who pays", max_length=120, blank=True)
    payment = models.CharField(max_length=10, choices=PaymentDisclosure.choices, blank=True)
    amount = models.CharField(
        max_length=40, blank=True, help_text="As readers are told, such as $1,800."
    )
    disclosure = models.CharField(
        "who pays what",
        max_length=300,
        blank=True,
        help_text="One sentence, printed under the label.",
    )
    about_token = models.CharField(
        "token or coin", max_length=60, blank=True, help_text="Empty: it is not about one."
    )
    markets = models.JSONField(
        default=list, blank=True, help_text="Whose readers it is for, when about a token."
    )
    approver = models.CharField("approved by", max_length=120, blank=True, help_text="For the UK.")
    white_paper_url = models.URLField(
        "white paper", max_length=2000, blank=True, validators=[https_only], help_text="For the EU."
    )
    issuer_phone = models.CharField(max_length=40, blank=True, help_text="For the EU.")
    issuer_email = models.EmailField(blank=True, help_text="For the EU.")
    findings = models.JSONField(
        default=list, blank=True, editable=False
    )  # of the checks, when it was submitted
    digest = models.CharField(
        max_length=64, blank=True, editable=False
    )  # of all that readers see; see pinning
    submitted_at = models.DateTimeField(
        null=True, editable=False, help_text="From then on it never changes."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["placement", "version"]
        constraints = [
            models.UniqueConstraint(fields=["placement", "version"], name="creative_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.headline or self.placement.title}, version {self.version}"

    @property
    def links_in_text(self) -> str:
        """The addresses that its words lead to, a line for each."""
        return "\n".join(body.links(self.html))

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
        """Return what its product, its slot or its subject needs and it does not have, a sentence
        each.
        """
        placement = self.placement
        warnings = list(risk_warnings.missing(self.terms).values())
        if not self.target_url:
            warnings.append("Give the landing page.")
        if placement.is_paid_story and not self.disclosure:
            warnings.append("Say who pays, and how much.")
        if placement.product != Product.BANNER:
            return warnings + ([] if self.text.strip() else ["Add the text."])
        if not self.pictures.exists() and self.headline and self.text:
            return warnings  # An advertisement of words alone.
        if placement.slot not in slots.SLOTS:
            return warnings  # Which pictures it needs is known once it has a position.
        have = set(self.pictures.values_list("size", flat=True))
        needed = slots.SLOTS[placement.slot].sizes
        sizes = [
            f"This position needs a picture of {size.label}."
            for size in needed
            if size.name not in have
        ]
        return warnings + sizes


def creative_path(picture: "CreativePicture", filename: str) -> str:
    return images.library_path(picture, filename).replace("images/", "placements/", 1)  # type: ignore[arg-type]


class CreativePicture(models.Model):
    """A banner’s picture at one of the slot’s sizes, or the picture of a sponsored article."""

    creative = models.ForeignKey(Creative, on_delete=models.CASCADE, related_name="pictures")
    size = models.CharField(max_length=10, choices=slots.SIZE_CHOICES)
    file = PictureField(
        upload_to=creative_path,
        max_length=255,  # of the name that it comes with, which is not kept
        validators=[images.validate_picture],
    )
    digest = models.CharField(max_length=64, blank=True, editable=False)  # of the file’s bytes

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creative", "size"], name="creative_picture_once")
        ]

    def __str__(self) -> str:
        return self.size

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whatever the way in, the file is a picture and nothing else."""
        if not getattr(self.file, "_committed", True):
            self.file = clean_copy(self.file)
        if not self.digest:
            self.digest = digest_of_file(self.file)
        super().save(*args, **kwargs)


def delete_file_of_picture(instance: CreativePicture, **kwargs: Any) -> None:
    """Receives post_delete. Versions share a file that the advertiser did not change; it goes with the
    last of them.
    """

    def delete_if_unused() -> None:
        if not CreativePicture.objects.filter(file=instance.file.name).exists():
            images.delete_files([str(instance.file.name)])

    transaction.on_commit(delete_if_unused)
