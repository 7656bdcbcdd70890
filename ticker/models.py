"""Coins that the publication follows, and the last good price of each."""

from decimal import Decimal
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from newsroom.pagecache.rows import ShownWhole

SYMBOL = RegexValidator(r"^[A-Z0-9]{2,10}$", "Use the capital letters and digits of the symbol, such as BTC.")


class CoinQuerySet(models.QuerySet["Coin"]):
    def on_strip(self) -> Self:
        """The coins of the price strip, in their order, each with its quote."""
        return self.filter(is_shown=True).select_related("quote").order_by("position", "symbol")


class Coin(ShownWhole):
    name = models.CharField(max_length=60)
    symbol = models.CharField(max_length=10, unique=True, validators=[SYMBOL])
    slug = models.SlugField(unique=True, help_text="The end of the coin’s address: /prices/bitcoin/.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first on the strip.")
    is_shown = models.BooleanField("shown", default=True, help_text="On the price strip and in the price tables.")
    coingecko_id = models.CharField(
        "CoinGecko identifier",
        max_length=80,
        unique=True,
        help_text="As CoinGecko writes it, such as avalanche-2 for AVAX. Symbols are ambiguous; identifiers are not.",
    )

    objects = CoinQuerySet.as_manager()

    class Meta:
        ordering = ["position", "symbol"]

    def __str__(self) -> str:
        return f"{self.name} ({self.symbol})"

    def get_absolute_url(self) -> str:
        return reverse("coin", args=[self.slug])


class Quote(models.Model):
    """The last good price of a coin. A failed refresh leaves it, and its time, as they are."""

    coin = models.OneToOneField(Coin, on_delete=models.CASCADE, related_name="quote")
    price = models.DecimalField("price in dollars", max_digits=30, decimal_places=12)
    change_24h = models.DecimalField("change over 24 hours, %", max_digits=10, decimal_places=4, null=True, blank=True)
    high_24h = models.DecimalField(max_digits=30, decimal_places=12, null=True, blank=True)
    low_24h = models.DecimalField(max_digits=30, decimal_places=12, null=True, blank=True)
    market_value = models.DecimalField(max_digits=30, decimal_places=2, null=True, blank=True)
    volume_24h = models.DecimalField(max_digits=30, decimal_places=2, null=True, blank=True)
    supply = models.DecimalField("in circulation", max_digits=30, decimal_places=4, null=True, blank=True)
    week = models.JSONField(
        "seven days", default=list, blank=True, help_text="Hourly prices as text, the oldest first."
    )
    source = models.CharField(max_length=30)
    quoted_at = models.DateTimeField(help_text="When the source says that the price held.")
    fetched_at = models.DateTimeField()
    is_sample = models.BooleanField(default=False, help_text="From the demo’s snapshot, never live.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="quote_price_positive"),
            models.CheckConstraint(
                condition=Q(change_24h__isnull=True) | Q(change_24h__gt=Decimal("-100")),
                name="quote_change_above_minus_100",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coin.symbol} at {self.price}"


class PriceSource(models.Model):
    """What the poller knows of one provider: when it last answered, and when to ask it again."""

    name = models.CharField(max_length=30, unique=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_week_at = models.DateTimeField(null=True, blank=True, help_text="When the seven-day lines last came.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    last_error = models.CharField(max_length=300, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
