"""Coins that the publication follows, the last good price of each, and what the poller knows of its
sources.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Exists, Q
from django.urls import reverse

from pagecache.cache_tagged import TaggedAsTable

SYMBOL = RegexValidator(
    r"^[A-Z0-9]{1,10}$", "Use the capital letters and digits of the symbol, such as BTC."
)
# Every page carries the strip: it stays as short as one that a person can follow.
LONGEST_STRIP = 30
RESERVED_SLUGS = frozenset({"strip", "choice"})  # other pages under /prices/

# What a coin is known by: a change of it has consequences.
IDENTITY = ("slug", "symbol", "coingecko_id")


class CoinQuerySet(models.QuerySet["Coin"]):
    def followed(self) -> Self:
        """The coins whose prices are asked for."""
        return self.filter(retired_at=None)

    def in_tables(self) -> Self:
        """The coins of the prices page, in the desk’s order, each with its quote."""
        shown = (
            self.followed()
            .filter(is_shown=True)
            .select_related("quote")
            .order_by("position", "symbol")
        )
        return shown.defer("quote__week")

    def on_strip(self, and_also: Exists | None = None) -> Self:
        """The coins of the price strip, in the desk’s order, each with its quote; and others that a
        page names.
        """
        wanted = Q(retired_at=None, is_shown=True, is_on_strip=True)
        coins = self.filter(wanted | Q(and_also) if and_also is not None else wanted)
        return coins.select_related("quote").defer("quote__week").order_by("position", "symbol")


class Coin(TaggedAsTable):
    name = models.CharField(max_length=60)
    symbol = models.CharField(max_length=10, unique=True, validators=[SYMBOL])
    slug = models.SlugField(
        unique=True,
        help_text="The end of the coin’s address: /prices/bitcoin/. An earlier one leads on to it.",
    )
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")
    is_shown = models.BooleanField(
        "in the tables", default=True, help_text="On the prices page and beside stories."
    )
    is_on_strip = models.BooleanField(
        "on the strip",
        default=False,
        help_text=f"On the price strip of every page, which holds {LONGEST_STRIP}.",
    )
    coingecko_id = models.CharField(
        "CoinGecko identifier",
        max_length=80,
        unique=True,
        help_text="As CoinGecko writes it, such as avalanche-2 for AVAX. Symbols are ambiguous; identifiers are not.",
    )
    coinpaprika_id = models.CharField(
        "CoinPaprika identifier",
        max_length=80,
        blank=True,
        help_text="Such as avax-avalanche. Prices come from there when CoinGecko gives none.",
    )
    binance_symbol = models.CharField(
        "Binance pair",
        max_length=20,
        blank=True,
        help_text="Such as AVAXUSDT. The last resort, for a price and its change alone.",
    )
    former_symbols = models.JSONField(default=list, blank=True, editable=False)
    retired_at = models.DateTimeField("retired", null=True, blank=True, editable=False)
    problem = models.CharField(
        max_length=200, blank=True, editable=False
    )  # what the weekly check found

    objects = CoinQuerySet.as_manager()

    class Meta:
        ordering = ["position", "symbol"]
        permissions = [("retire_coin", "Can retire coins")]
        constraints = [
            models.UniqueConstraint(
                fields=["coinpaprika_id"], condition=~Q(coinpaprika_id=""), name="one_paprika_id"
            ),
            models.UniqueConstraint(
                fields=["binance_symbol"], condition=~Q(binance_symbol=""), name="one_binance_pair"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.symbol})"

    def get_absolute_url(self) -> str:
        return reverse("coin", args=[self.slug])

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **kwargs: Any) -> Any:
        coin = super().from_db(db, field_names, values, **kwargs)
        coin.loaded_as = {name: coin.__dict__.get(name) for name in IDENTITY}
        return coin

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def stands_on_strip(self) -> bool:
        return self.is_on_strip and self.is_shown and not self.is_retired

    def clean(self) -> None:
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": "Another page has this address. Choose another."})
        for other in Coin.objects.exclude(pk=self.pk).exclude(former_symbols=[]):
            if self.symbol in other.former_symbols:
                raise ValidationError(
                    {"symbol": f"Stories call {other.name} so, which had this symbol before."}
                )
        if self.binance_symbol and self.binance_symbol != f"{self.symbol}USDT":
            raise ValidationError(
                {"binance_symbol": f"Only the pair with the dollar’s stand-in: {self.symbol}USDT."}
            )
        former = (
            FormerCoinSlug.objects.filter(slug=self.slug)
            .exclude(coin=self.pk)
            .select_related("coin")
            .first()
        )
        if former is not None:
            raise ValidationError(
                {"slug": f"{former.coin.name} was out under this address. Choose another."}
            )
        others = Coin.objects.on_strip().exclude(pk=self.pk).count()
        if self.stands_on_strip and others >= LONGEST_STRIP:
            raise ValidationError(
                {"is_on_strip": f"The strip holds {LONGEST_STRIP} coins. Take one off first."}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A renamed coin keeps its page’s old address and the chips that stories wrote with its old
        symbol.
        """
        before = getattr(self, "loaded_as", {})
        with transaction.atomic():
            if before.get("symbol") not in (None, self.symbol, *self.former_symbols):
                self.former_symbols = [*self.former_symbols, before["symbol"]]
            super().save(*args, **kwargs)
            FormerCoinSlug.objects.filter(slug=self.slug, coin=self).delete()
            if before.get("slug") not in (None, self.slug):
                FormerCoinSlug.objects.update_or_create(
                    slug=before["slug"], defaults={"coin": self}
                )
            if before.get("coingecko_id") not in (None, self.coingecko_id):
                # What was known of another coin is no longer true.
                Quote.objects.filter(coin=self).delete()
                History.objects.filter(coin=self).delete()
        self.loaded_as = {name: getattr(self, name) for name in IDENTITY}


class FormerCoinSlug(models.Model):
    """An address that a coin’s page had. It leads to the coin, whatever that is called now."""

    slug = models.SlugField(unique=True)
    coin = models.ForeignKey(Coin, on_delete=models.CASCADE, related_name="former_slugs")

    def __str__(self) -> str:
        return self.slug


class Quote(models.Model):
    """The last good price of a coin. A failed refresh leaves it, and its time, as they are."""

    coin = models.OneToOneField(Coin, on_delete=models.CASCADE, related_name="quote")
    price = models.DecimalField("price in dollars", max_digits=30, decimal_places=12)
    change_24h = models.DecimalField(
        "change over 24 hours, %", max_digits=10, decimal_places=4, null=True, blank=True
    )
    high_24h = models.DecimalField(max_digits=30, decimal_places=12, null=True, blank=True)
    low_24h = models.DecimalField(max_digits=30, decimal_places=12, null=True, blank=True)
    market_value = models.DecimalField(max_digits=30, decimal_places=2, null=True, blank=True)
    volume_24h = models.DecimalField(max_digits=30, decimal_places=2, null=True, blank=True)
    supply = models.DecimalField(
        "in circulation", max_digits=30, decimal_places=4, null=True, blank=True
    )
    week = models.JSONField(
        "seven days", default=list, blank=True, help_text="Hourly prices as text, the oldest first."
    )
    week_at = models.DateTimeField(null=True, blank=True, help_text="The time of the last of them.")
    # The small line of the tables, drawn when the prices came: pages need not read them.
    spark = models.CharField(max_length=300, blank=True)
    spark_direction = models.CharField(max_length=4, blank=True)
    source = models.CharField(max_length=30)
    quoted_at = models.DateTimeField(help_text="When the source says that the price held.")
    fetched_at = models.DateTimeField()
    expected_at = models.DateTimeField(
        null=True, blank=True, help_text="When newer prices can be there."
    )
    is_sample = models.BooleanField(
        default=False, help_text="From the demo’s snapshot, never live."
    )

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


class History(models.Model):
    """A price for each day of the last year, for the longer charts."""

    coin = models.OneToOneField(Coin, on_delete=models.CASCADE, related_name="history")
    days = models.JSONField(
        default=list, help_text="Pairs of a moment and a price as texts, the oldest first."
    )
    fetched_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "histories"

    def __str__(self) -> str:
        return f"{len(self.days)} days of {self.coin.symbol}"

    def prices(self) -> list[tuple[datetime, Decimal]]:
        return [(datetime.fromisoformat(moment), Decimal(price)) for moment, price in self.days]


class PriceSource(models.Model):
    """The poller’s record of one provider: when it last answered, and when to ask it again."""

    name = models.CharField(max_length=30, unique=True)
    last_success_at = models.DateTimeField("last answer", null=True, blank=True)
    last_week_at = models.DateTimeField(
        null=True, blank=True, help_text="When the seven-day lines last came."
    )
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    errors = models.JSONField(
        "last errors", default=list, blank=True, help_text="The newest first, each with its time."
    )
    next_try_at = models.DateTimeField("next try", null=True, blank=True)
    missing = models.JSONField(
        default=list, blank=True, help_text="Coins that its last answer had no price of."
    )
    doubtful = models.JSONField(
        default=list, blank=True, help_text="Coins whose price jumped as it took over."
    )
    listed_at = models.DateTimeField("last list of coins", null=True, blank=True)
    month = models.CharField(
        max_length=7, blank=True, help_text="The month whose calls are counted, such as 2026-11."
    )
    calls = models.PositiveIntegerField("calls this month", default=0)
    newly_counted = 0  # calls that are not saved yet

    def __str__(self) -> str:
        return self.name

    @property
    def last_error(self) -> str:
        return self.errors[0][1] if self.errors else ""

    def calls_in(self, now: datetime) -> int:
        return self.calls if self.month == month_of(now) else 0


def month_of(now: datetime) -> str:
    return f"{now:%Y-%m}"


class Poller(models.Model):
    """The one poller of the whole site: who holds its lease, and when prices are asked for next."""

    lease_holder = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_round_at = models.DateTimeField(null=True, blank=True)
    next_history_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=30, blank=True, help_text="Who gave the newest prices.")
    source_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "The poller of prices"


class ListedCoin(models.Model):
    """A coin as a provider lists it: what a coin can be chosen from, and checked against, once a
    week.
    """

    provider = models.CharField(max_length=30)
    identifier = models.CharField(max_length=120)
    symbol = models.CharField(max_length=40, db_index=True)
    name = models.CharField(max_length=200)
    rank = models.PositiveIntegerField(null=True, blank=True)
    listed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "identifier"], name="one_listing")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.symbol})"
