"""Who asked for the letter, when, in answer to which words."""

from django.db import models
from django.db.models import Q


class Subscription(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for confirmation"
        CONFIRMED = "confirmed", "Confirmed"
        LEFT = "left", "Left"

    email = models.EmailField(unique=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    key = models.CharField(max_length=64, unique=True, help_text="Names the subscription in links; no address does.")
    source = models.CharField(max_length=40, help_text="Which form asked.")
    consent_text = models.CharField(max_length=300, help_text="What the form said.")
    asked_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(confirmed_at__isnull=False),
                name="subscription_confirmed_has_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.email
