"""Orders, what was credited and what was paid. Nothing of it is ever deleted, and an order never
changes.
"""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from advertising.models.advertisers import Advertiser
from advertising.models.placements import Placement
from core.undeletable import UndeletableModel

CURRENCY = "USD"


class SalesTerms(models.Model):
    """The seller and how it is paid: one row, printed on invoices. An order keeps what it said on
    its day.
    """

    seller = models.CharField(max_length=160, blank=True, help_text="The legal name on invoices.")
    address = models.TextField(max_length=400, blank=True)
    tax_number = models.CharField(max_length=60, blank=True)
    tax_name = models.CharField(max_length=20, default="VAT")
    tax_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    days_to_pay = models.PositiveSmallIntegerField(default=14, validators=[MaxValueValidator(365)])
    how_to_pay = models.TextField(
        max_length=600, blank=True, help_text="Such as the bank account, printed under the total."
    )

    class Meta:
        verbose_name = "terms of sale"
        verbose_name_plural = "terms of sale"

    def __str__(self) -> str:
        return self.seller or "Terms of sale"


class InvoiceSequence(UndeletableModel):
    """The last number of a year’s invoices: taken under a lock, so that none is missing and none
    comes twice.
    """

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Order(UndeletableModel):
    """Placements bought together, with the invoice for them."""

    advertiser = models.ForeignKey(Advertiser, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(max_length=20, unique=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    placed_at = models.DateTimeField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3, default=CURRENCY, editable=False)
    billed_to = models.JSONField(
        help_text="Name, address and tax number of the advertiser on that day."
    )
    terms = models.JSONField(help_text="The terms of sale of that day.")
    subtotal = models.DecimalField(max_digits=12, decimal_places=2)
    tax = models.DecimalField(max_digits=12, decimal_places=2)
    placements = models.ManyToManyField(Placement, through="OrderedPlacement", related_name="+")

    class Meta:
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(subtotal__gte=0, tax__gte=0), name="order_is_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("order", args=[self.number])

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax

    @property
    def credited(self) -> Decimal:
        return sum((each.amount for each in self.credits.all()), Decimal(0))

    @property
    def paid(self) -> Decimal:
        return sum((each.amount for each in self.receipts.all()), Decimal(0))

    @property
    def balance(self) -> Decimal:
        """Return the amount still to be paid; less than nothing is owed to the advertiser."""
        return self.total - self.credited - self.paid

    def state(self, today: date | None = None) -> tuple[str, str]:
        """The badge: its class and its words."""
        balance = self.balance
        if balance < 0:
            return "changes", "Refund due"
        if balance == 0:
            return "finished", "Paid"
        today = today or timezone.now().date()
        return ("rejected", "Overdue") if today > self.due_on else ("submitted", "To be paid")


class OrderedPlacement(UndeletableModel):
    """That a placement belongs to an order. It belongs to one at most."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="ordered")
    placement = models.OneToOneField(Placement, on_delete=models.PROTECT, related_name="ordered")
    goal = models.PositiveIntegerField(
        null=True, help_text="Viewable impressions, as they were bought."
    )

    def __str__(self) -> str:
        return f"{self.placement} in {self.order}"


class OrderLine(UndeletableModel):
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_line_at_each_place")
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.amount}"


class Credit(UndeletableModel):
    """Money given back on an order: for what was not delivered, not run, or out of goodwill. With
    tax.
    """

    class Kind(models.TextChoices):
        SHORTFALL = "shortfall", "Not delivered in full"
        REJECTED = "rejected", "Not run"
        GOODWILL = "goodwill", "Goodwill"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="credits")
    placement = models.ForeignKey(
        Placement, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.GOODWILL)
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    reason = models.CharField(max_length=300, help_text="Printed on the invoice.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="credit_gives_something"),
            # Whatever runs twice, or at the same time, credits once.
            models.UniqueConstraint(
                fields=["placement"],
                condition=Q(kind__in=["shortfall", "rejected"]),
                name="one_credit_of_a_placement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order}: −{self.amount}"


class Payment(UndeletableModel):
    """Money that came. `reference` is what the bank or the provider calls it: the same is never
    noted twice.
    """

    class Provider(models.TextChoices):
        TRANSFER = "transfer", "Bank transfer"
        STRIPE = "stripe", "Card"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="receipts")
    provider = models.CharField(max_length=10, choices=Provider.choices, default=Provider.TRANSFER)
    reference = models.CharField(
        max_length=120, help_text="Such as the number on the bank statement."
    )
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], name="one_receipt_of_a_reference"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_is_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.amount} by {self.get_provider_display()}"


class Checkout(UndeletableModel):
    """A page of the card provider that an advertiser asked for. Its address is fetched by the
    worker.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="checkouts")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    url = models.URLField(max_length=2000, blank=True)
    problem = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.order}: {self.amount}"


class ProviderEvent(UndeletableModel):
    """An event of a payment provider, kept once, with its outcome."""

    provider = models.CharField(max_length=10)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    outcome = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "key"], name="one_event_of_a_key")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.outcome}"


class Shortfall(UndeletableModel):
    """A run that ended with less than was bought: the desk credits it, or lets it run on."""

    class Answer(models.TextChoices):
        OPEN = "", "Waits for the desk"
        CREDIT = "credit", "Credited"
        MAKE_GOOD = "make_good", "Runs on"
        DELIVERED = "delivered", "Delivered in the end"

    placement = models.OneToOneField(Placement, on_delete=models.PROTECT, related_name="shortfall")
    delivered = models.PositiveIntegerField()
    bought = models.PositiveIntegerField()
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["answer", "-found_at"]

    def __str__(self) -> str:
        return f"{self.placement}: {self.delivered:,} of {self.bought:,}"

    @property
    def missing(self) -> int:
        return self.bought - self.delivered
