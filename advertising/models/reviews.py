"""The history of a placement, and its messages between advertiser and desk. Never deleted."""

from django.conf import settings
from django.db import models

from advertising.models.placements import Placement
from core.undeletable import UndeletableModel


class Step(models.TextChoices):
    """Steps of a run, beside those of its review."""

    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Resumed"
    STOPPED = "stopped", "Cancelled"
    WITHDRAWN = "withdrawn", "Withdrawn"
    UPDATE_REJECTED = "update_rejected", "Update rejected"


class ReviewDecision(UndeletableModel):
    """A step of a placement’s review or run, with who took it and when. Never deleted."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="decisions")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    old_status = models.CharField(max_length=20, choices=Placement.Status.choices)
    new_status = models.CharField(max_length=20, choices=[*Placement.Status.choices, *Step.choices])
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_old_status_display()} → {self.get_new_status_display()}"


class Message(UndeletableModel):
    """Between an advertiser and the desk, about one placement. Never changed, never deleted."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="messages")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_from_desk = models.BooleanField()
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
