"""What happened to a placement, and what its advertiser and the desk wrote to each other. Never deleted."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from advertising.models.placements import Placement


class ReviewDecision(models.Model):
    """What happened to a placement, who did it and when. Never deleted."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="decisions")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    old_status = models.CharField(max_length=20, choices=Placement.Status.choices)
    new_status = models.CharField(max_length=20, choices=Placement.Status.choices)
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_old_status_display()} → {self.get_new_status_display()}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise ValidationError("A decision cannot be deleted.")


class Message(models.Model):
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
