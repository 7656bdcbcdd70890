"""Orders, what was credited and what was paid. Nothing of it is ever deleted, and an order never
changes.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from advertising.choices import DEFAULT_CURRENCY, TaxScheme
from advertising.models.advertisers import Advertiser
from advertising.models.placements import Placement
from core.undeletable import ImmutableModel, ImmutableQuerySet, UndeletableModel


class SalesTerms(models.Model):
    """The seller and how it is paid: one row, printed on invoices. An order keeps what it said on
    its day.
    """

    seller = models.CharField("legal name", max_length=160, blank=True)
    address = models.TextField(
        "street, postcode and city",
        max_length=400,
        blank=True,
        help_text="One line each, without the country.",
    )
    country = models.CharField(
        max_length=2,
        blank=True,
        default="",
        db_default="",
        help_text="Decides on the tax of each sale.",
    )
    region = models.CharField(
        "state",
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="US sales tax: the state it is charged in, such as NY. Empty: in every state.",
    )
    tax_number = models.CharField("VAT or tax number", max_length=60, blank=True)
    tax_scheme = models.CharField(
        "tax",
        max_length=10,
        choices=TaxScheme.choices,
        default=TaxScheme.VAT,
        db_default=TaxScheme.VAT,
    )
    tax_name = models.CharField(
        max_length=20, default="VAT", help_text="As invoices call it, such as VAT or Sales tax."
    )
    tax_percent = models.DecimalField(
        "standard rate in per cent",
        max_digits=6,
        decimal_places=3,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    days_to_pay = models.PositiveSmallIntegerField(
        "payment terms in days", default=14, validators=[MaxValueValidator(365)]
    )
    how_to_pay = models.TextField(
        "bank details",
        max_length=600,
        blank=True,
        help_text="Printed under the total.",
    )

    class Meta:
        verbose_name = "invoice settings"
        verbose_name_plural = "invoice settings"

    def __str__(self) -> str:
        return self.seller or "Invoice settings"


class NumberSequence(UndeletableModel):
    """The last number of a year’s documents of one kind: taken under a lock, so that none is missing
    and none comes twice.
    """

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class InvoiceSequence(NumberSequence):
    """Of invoices."""


class CreditNoteSequence(NumberSequence):
    """Of credit notes."""


class Order(UndeletableModel):
    """Placements bought together, with the invoice for them."""

    advertiser = models.ForeignKey(Advertiser, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(max_length=20, unique=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    placed_at = models.DateTimeField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3, default=DEFAULT_CURRENCY, editable=False)
    purchase_order = models.CharField(
        "purchase-order number", max_length=60, blank=True, default="", db_default=""
    )
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
        return _standing(self.credits.all())

    @property
    def paid(self) -> Decimal:
        """Payments less refunds."""
        return _standing(self.receipts.all()) - _standing(self.refunds.all())

    @property
    def balance(self) -> Decimal:
        """Return the amount still to be paid; less than nothing is owed to the advertiser."""
        return self.total - self.credited - self.paid

    @property
    def latest_correction(self) -> "CorrectedInvoice | None":
        return self.corrections.last()

    @property
    def invoice_number(self) -> str:
        """Of the invoice that stands: the order’s own until one was issued in its place."""
        latest = self.latest_correction
        return latest.number if latest else self.number

    @property
    def buyer(self) -> dict[str, str]:
        """As the invoice that stands names them."""
        latest = self.latest_correction
        return latest.billed_to if latest else self.billed_to

    @property
    def tax_percent(self) -> Decimal:
        return Decimal(self.terms.get("tax_percent") or 0)

    def state(self, today: date | None = None) -> tuple[str, str]:
        """The badge: its class and its words."""
        balance = self.balance
        if balance < 0:
            return "changes", "Refund due"
        if balance == 0:
            return "finished", "Paid"
        today = today or timezone.now().date()
        return ("rejected", "Overdue") if today > self.due_on else ("submitted", "To be paid")


def _standing(entries: "models.QuerySet[Any]") -> Decimal:
    """The sum of those that nobody reversed."""
    return sum((each.amount for each in entries if not hasattr(each, "reversal")), Decimal(0))


class Reminder(ImmutableModel):
    """That an order was asked for once, so many days after it was due."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="reminders")
    days = models.SmallIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "days"], name="one_reminder_of_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.order}, {self.days} days after it was due"


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


class MoneyDocumentManager(models.Manager.from_queryset(ImmutableQuerySet)):  # type: ignore[misc]
    """Each with its reversal: whether it stands is asked of every one."""

    def get_queryset(self) -> "models.QuerySet[Any]":
        found: models.QuerySet[Any] = super().get_queryset().select_related("reversal")
        return found


class MoneyDocument(ImmutableModel):
    """A credit note, payment or refund: what an order’s books are made of."""

    objects = MoneyDocumentManager()  # type: ignore[misc]

    class Meta:
        abstract = True


class Credit(MoneyDocument):
    """A credit note: money taken off an order for what was not delivered, not run, or out of
    goodwill. `amount` is with tax.
    """

    class Kind(models.TextChoices):
        SHORTFALL = "shortfall", "Not delivered in full"
        REJECTED = "rejected", "Not run"
        GOODWILL = "goodwill", "Goodwill"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="credits")
    number = models.CharField(max_length=20, unique=True, null=True, editable=False)
    placement = models.ForeignKey(
        Placement, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.GOODWILL)
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    # Of a credit that an older release gave while this one came: not told apart.
    tax = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, db_default=0, editable=False
    )
    reason = models.CharField(max_length=300, help_text="Printed on the credit note.")
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

    @property
    def net(self) -> Decimal:
        return self.amount - self.tax


class PaymentProviderName(models.TextChoices):
    """The way that money came, or went back."""

    TRANSFER = "transfer", "Bank transfer"
    STRIPE = "stripe", "Card"


class Payment(MoneyDocument):
    """Money that came. `reference` is what the bank or the provider calls it: the same is never
    noted twice.
    """

    Provider = PaymentProviderName

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="receipts")
    provider = models.CharField(max_length=10, choices=Provider.choices, default=Provider.TRANSFER)
    reference = models.CharField(
        max_length=120, help_text="Such as the number on the bank statement."
    )
    # What a card provider calls the payment in its later messages: refunds and disputes.
    intent = models.CharField(max_length=120, blank=True, default="", db_default="", editable=False)
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
        indexes = [models.Index(fields=["intent"], name="payment_of_an_intent")]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], name="one_receipt_of_a_reference"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_is_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.amount} by {self.get_provider_display()}"


class Refund(MoneyDocument):
    """Money that went back: paid back by us, or taken back by the card’s owner."""

    class Kind(models.TextChoices):
        REFUND = "refund", "Refund"
        CHARGEBACK = "chargeback", "Chargeback"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.REFUND)
    provider = models.CharField(
        max_length=10, choices=PaymentProviderName.choices, default=PaymentProviderName.TRANSFER
    )
    reference = models.CharField(
        max_length=120, help_text="Such as the number on the bank statement."
    )
    intent = models.CharField(max_length=120, blank=True, editable=False)
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    reason = models.CharField(max_length=300, blank=True)
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
        indexes = [models.Index(fields=["intent"], name="refund_of_an_intent")]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], name="one_refund_of_a_reference"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.amount} back by {self.get_provider_display()}"


class Reversal(ImmutableModel):
    """The opposite of an entry that should not stand: one typed wrong, or a chargeback that was
    won. The entry stays where it is.
    """

    payment = models.OneToOneField(
        Payment, null=True, on_delete=models.PROTECT, related_name="reversal"
    )
    refund = models.OneToOneField(
        Refund, null=True, on_delete=models.PROTECT, related_name="reversal"
    )
    credit = models.OneToOneField(
        Credit, null=True, on_delete=models.PROTECT, related_name="reversal"
    )
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(payment__isnull=False, refund__isnull=True, credit__isnull=True)
                | Q(payment__isnull=True, refund__isnull=False, credit__isnull=True)
                | Q(payment__isnull=True, refund__isnull=True, credit__isnull=False),
                name="reversal_of_one_entry",
            )
        ]

    def __str__(self) -> str:
        return f"Reversed: {self.reason}"


class CorrectedInvoice(ImmutableModel):
    """An invoice issued anew with another name, address or number of the buyer, in place of the one
    that it names. The amounts stay.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="corrections")
    number = models.CharField(max_length=20, unique=True)
    replaces = models.CharField(max_length=20, unique=True)
    billed_to = models.JSONField()
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.number} in place of {self.replaces}"


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
    # The payment that a message about money is about, and what it says: messages come in any order.
    intent = models.CharField(
        max_length=120, blank=True, default="", db_default="", db_index=True, editable=False
    )
    message = models.JSONField(null=True, editable=False)
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
