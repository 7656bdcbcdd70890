"""Advertisers and the rate card."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models

from advertising.choices import DEFAULT_CURRENCY, Currency
from pagecache import tags
from pagecache.cache_tagged import CacheTagged, TaggedAsTable

https_only = URLValidator(schemes=["https"], message="Use an address that starts with https://.")


class Advertiser(CacheTagged):
    name = models.CharField(
        max_length=120, unique=True, help_text="As readers see it: Paid for by …"
    )
    website = models.URLField(max_length=2000, blank=True, validators=[https_only])
    contact_email = models.EmailField(blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="advertisers",
        through="Membership",
        through_fields=("advertiser", "user"),
    )
    is_house = models.BooleanField(
        "house",
        default=False,
        help_text="Our own: fills slots that nobody booked, never labelled as paid.",
    )
    legal_name = models.CharField(
        max_length=160,
        blank=True,
        default="",
        db_default="",
        help_text="On invoices. Empty: the name above.",
    )
    billing_address = models.TextField(
        "street, postcode and city",
        max_length=400,
        blank=True,
        help_text="One line each, as they stand on invoices, without the country.",
    )
    country = models.CharField(max_length=2, blank=True, default="", db_default="")
    region = models.CharField(
        "state",
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="In the United States: such as NY.",
    )
    tax_number = models.CharField(
        "VAT or tax number", max_length=60, blank=True, help_text="As it stands on invoices."
    )
    tax_exemption = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="The reason, printed on invoices, such as the number of a certificate. "
        "With one, no tax is charged.",
    )
    currency = models.CharField(
        max_length=3,
        choices=Currency.choices,
        default=DEFAULT_CURRENCY,
        db_default=DEFAULT_CURRENCY,
        help_text="Of prices and orders from now on.",
    )
    wants_weekly_report = models.BooleanField(
        "weekly report",
        default=True,
        help_text="A mail on Mondays with the figures of the week, while something runs.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def addresses(self) -> list[str]:
        """Return the addresses that decisions and reports go to: each member’s, and the firm’s
        own.
        """
        found = set(self.members.exclude(email="").values_list("email", flat=True))
        return sorted(found | ({self.contact_email} if self.contact_email else set()))

    def cache_tags(self) -> list[str]:
        """Its name stands on its banners; what nobody approved stands nowhere."""
        has_banners = self.placements.filter(approved_creative__isnull=False).exists()
        return [tags.table_tag(self.placements.model)] if has_banners else []


class Role(models.TextChoices):
    """A member’s role. Each may do what those below may."""

    OWNER = "owner", "Owner: people, orders and all below"
    MEMBER = "member", "Member: submits and changes placements"
    READER = "reader", "Reader: sees placements and reports"


class Membership(models.Model):
    advertiser = models.ForeignKey(Advertiser, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["advertiser", "user"], name="one_membership_each")
        ]

    def __str__(self) -> str:
        return f"{self.user} of {self.advertiser}"

    @property
    def may_submit(self) -> bool:
        return self.role in (Role.OWNER, Role.MEMBER)

    @property
    def may_manage(self) -> bool:
        return self.role == Role.OWNER


class Invitation(models.Model):
    """Somebody was asked by mail to join an advertiser. The link in the mail is the key; a digest
    of it stands here.
    """

    advertiser = models.ForeignKey(Advertiser, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    digest = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)  # kept, so that mails are counted

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email} to {self.advertiser}"


class Product(models.TextChoices):
    SPONSORED = "sponsored", "Sponsored article"
    PRESS_RELEASE = "press_release", "Press release"
    BANNER = "banner", "Banner"
    NEWSLETTER = "newsletter", "Newsletter placement"


PAID_STORIES = (Product.SPONSORED, Product.PRESS_RELEASE)


class Basis(models.TextChoices):
    FLAT = "flat", "Each"
    THOUSAND = "thousand", "1,000 viewable impressions"


class RateCardText(TaggedAsTable):
    """The words around the rates: one row."""

    headline = models.CharField(max_length=80, default="Reach the people who read the contract")
    steps = models.TextField(
        "how it works",
        max_length=1000,
        default="Submit: Choose a product, add your text and pictures, and pick dates. "
        "Save a draft whenever you like.\n"
        "Review: An editor reads it within one working day and approves it or tells you what to change.\n"
        "Run: It starts on the day you chose, labelled as paid, exactly as it was approved.\n"
        "Report: What was shown, viewable and clicked, by day and page, with everything that was filtered "
        "and why, on screen and as CSV.",
        help_text="One step a line: its name, a colon, and a sentence.",
    )
    labelling = models.TextField(
        "what paid work looks like",
        max_length=600,
        default="Paid items sit on manila paper with the word Sponsored, Press release or Advertisement "
        "and the name of whoever paid. They never borrow a reporter’s byline or a comment thread.",
    )
    refusals = models.TextField(
        "what is turned down",
        max_length=600,
        default="Promised returns, countdown offers, leverage over 5×, unnamed teams, and anything that "
        "needs the reader to connect a wallet before reading who you are.",
    )

    class Meta:
        verbose_name = "rate card text"
        verbose_name_plural = "rate card text"

    def __str__(self) -> str:
        return self.headline

    @property
    def named_steps(self) -> list[tuple[str, str]]:
        lines = (line.partition(":") for line in self.steps.splitlines() if line.strip())
        return [(name.strip(), sentence.strip()) for name, _, sentence in lines]


class Rate(TaggedAsTable):
    """A line of the rate card."""

    product = models.CharField(max_length=20, choices=Product.choices)
    currency = models.CharField(
        max_length=3,
        choices=Currency.choices,
        default=DEFAULT_CURRENCY,
        db_default=DEFAULT_CURRENCY,
    )
    price = models.DecimalField(
        max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    basis = models.CharField(
        "price is for", max_length=10, choices=Basis.choices, default=Basis.FLAT
    )
    section_surcharge = models.PositiveSmallIntegerField(
        "one section only, per cent more",
        default=0,
        help_text="Added for banners that run in one section alone.",
    )
    days = models.PositiveSmallIntegerField(
        "days in the price",
        default=30,
        db_default=30,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text="Sponsored articles: other lengths cost their share of this.",
    )
    places = models.PositiveSmallIntegerField(
        "sold at once",
        default=4,
        db_default=4,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text="Sponsored articles: so many take turns on the front page. "
        "A day that has them all is full.",
    )
    unit = models.CharField(
        max_length=40, help_text="What the price buys, in words, such as: for 30 days."
    )
    details = models.TextField(help_text="One line for each thing that is included.")
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["position", "product", "currency"]
        verbose_name = "rate"
        constraints = [
            models.UniqueConstraint(
                fields=["product", "currency"],
                name="one_rate_of_a_product_in_a_currency",
                violation_error_message="There is a rate of this product in this currency.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_product_display()}: {self.price} {self.currency}"

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.details.splitlines() if line.strip()]
