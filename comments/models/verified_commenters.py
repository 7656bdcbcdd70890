"""Readers without an account who asked to be remembered."""

from django.db import models
from django.utils import timezone


class VerifiedCommenter(models.Model):
    """A browser whose reader asked for it. Its cookie holds a random text, of which a digest stands
    here.
    """

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=50)
    email = models.EmailField()
    url = models.URLField(blank=True)
    confirmed_at = models.DateTimeField(
        null=True,
        help_text="When the address was confirmed from this browser: from then on comments need no mail.",
    )
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.name
