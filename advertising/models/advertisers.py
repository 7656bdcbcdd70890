"""Who advertises, and the rate card."""

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models

from newsroom.pagecache import keys
from newsroom.pagecache.rows import Shown, ShownWhole

https_only = URLValidator(schemes=["https"], message="Use an address that starts with https://.")


class Advertiser(Shown):
    name = models.CharField(max_length=120, unique=True, help_text="As readers see it: Paid for by …")
    website = models.URLField(blank=True, validators=[https_only])
    contact_email = models.EmailField(blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="advertisers",
        help_text="Accounts that may submit and follow placements.",
    )
    is_house = models.BooleanField(
        "house", default=False, help_text="Our own: fills slots that nobody booked, never labelled as paid."
    )
    wants_weekly_report = models.BooleanField(
        "weekly report", default=True, help_text="A mail on Mondays with the figures of the week, while something runs."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def addresses(self) -> list[str]:
        """Who is told of decisions and figures: each of its people, and the firm’s own address."""
        found = set(self.members.exclude(email="").values_list("email", flat=True))
        return sorted(found | ({self.contact_email} if self.contact_email else set()))

    def page_keys(self) -> list[str]:
        """Its name stands on its banners; what nobody approved stands nowhere."""
        has_banners = self.placements.filter(approved_creative__isnull=False).exists()
        return [keys.whole(self.placements.model)] if has_banners else []


class Product(models.TextChoices):
    SPONSORED = "sponsored", "Sponsored article"
    PRESS_RELEASE = "press_release", "Press release"
    BANNER = "banner", "Banner"
    LETTER = "letter", "Letter placement"


class Rate(ShownWhole):
    """A line of the rate card."""

    product = models.CharField(max_length=20, choices=Product.choices, unique=True)
    price = models.DecimalField("price in dollars", max_digits=10, decimal_places=2)
    unit = models.CharField(max_length=40, help_text="What the price buys, such as: for 30 days.")
    details = models.TextField(help_text="One line for each thing that is included.")
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["position", "product"]
        verbose_name = "rate"

    def __str__(self) -> str:
        return f"{self.get_product_display()}: ${self.price}"

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.details.splitlines() if line.strip()]
