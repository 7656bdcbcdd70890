"""The log of IP anonymisation."""

from django.db import models
from django.utils import timezone


class IpAnonymisationRun(models.Model):
    """One run of the job that shortens network addresses, for whoever must show that it runs."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    shortened = models.PositiveIntegerField("addresses anonymised")
    through = models.PositiveBigIntegerField(help_text="Comments up to this number were looked at.")

    class Meta:
        ordering = ["-pk"]
        verbose_name = "run of IP anonymisation"
        verbose_name_plural = "IP anonymisation log"

    def __str__(self) -> str:
        return f"{self.at:%d %B %Y, %H:%M}: {self.shortened}"
