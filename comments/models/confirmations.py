"""Comments of strangers that wait for e-mail confirmation."""

from django.db import models
from django.utils import timezone

from articles.models import Article


class Confirmation(models.Model):
    """A comment kept until the link in the mail is used. The link holds only the key."""

    key = models.CharField(max_length=64, unique=True)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    reply_to = models.PositiveIntegerField(null=True)
    name = models.CharField(max_length=50)
    email = models.EmailField()
    inbox = models.CharField(
        max_length=254, db_index=True, help_text="Of the address, however it was spelled."
    )
    url = models.URLField(blank=True)
    comment = models.TextField(max_length=3000)
    followup = models.BooleanField(default=False)
    remember = models.BooleanField(
        default=False, help_text="The reader wants to be known the next time."
    )
    ip_address = models.GenericIPAddressField(null=True)
    fingerprint = models.CharField(
        max_length=64,
        help_text="Of article, address and words: the same comment sent twice is asked about once.",
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    comment_id = models.PositiveIntegerField(
        null=True, unique=True, help_text="Set once, when it was published."
    )

    # Whether it was kept just now, and is not an earlier one of the same words.
    is_new = False

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=models.Q(comment_id__isnull=True),
                name="confirmation_pending_once",
            )
        ]

    def __str__(self) -> str:
        return f"Waiting since {self.created_at:%d %B %Y}"
