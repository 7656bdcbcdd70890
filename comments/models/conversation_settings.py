"""Settings of comments for the whole publication."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from pagecache.cache_tagged import TaggedAsTable


class ConversationSettings(TaggedAsTable):
    """One row. Without it conversations are open as long as their story says."""

    is_open = models.BooleanField(
        "conversations are open",
        default=True,
        help_text="Off: nothing new can be said anywhere. What stands, stays.",
    )
    holds_all = models.BooleanField(
        "hold every comment",
        default=False,
        db_default=False,
        help_text="A moderator reads each comment before it is published. Sections and stories can "
        "ask for it by themselves.",
    )
    closed_note = models.CharField(
        "what readers are told",
        max_length=200,
        blank=True,
        help_text="While conversations are closed. Empty: that they are closed for now.",
    )
    closes_after_days = models.PositiveIntegerField(
        "days until a conversation closes",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Counted from when its story was published. Empty: it stays open.",
    )
    opens_at = models.TimeField(
        "opens every day at",
        null=True,
        blank=True,
        help_text="UTC. With the time below: open between the two only.",
    )
    closes_at = models.TimeField(
        "closes every day at", null=True, blank=True, help_text="UTC. It may be past midnight."
    )
    known_at_once = models.BooleanField(
        "verified commenters publish at once",
        default=True,
        help_text="Who asked to be remembered and confirmed an address needs no mail for the next comment.",
    )

    class Meta:
        verbose_name = verbose_name_plural = "conversation settings"

    def __str__(self) -> str:
        return "Conversation settings"

    def clean(self) -> None:
        if (self.opens_at is None) != (self.closes_at is None):
            missing = "opens_at" if self.opens_at is None else "closes_at"
            raise ValidationError({missing: "Give both times, or none."})
        if self.opens_at is not None and self.opens_at == self.closes_at:
            raise ValidationError(
                {"closes_at": "It would never be open. Give another time, or none."}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)
