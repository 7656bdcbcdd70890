"""The invalidation log: one row a tag, written in the transaction that makes the change."""

from django.db import models
from django.utils import timezone


class Invalidation(models.Model):
    """Pages that carry `key` and were made before this are no longer true. Read by every web
    process.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["key", "id"], name="change_of_key")]

    def __str__(self) -> str:
        return self.key
