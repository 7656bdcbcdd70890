"""Replies that somebody asked to hear of."""

from django.db import models
from django.utils import timezone

from comments.models.comments import SiteComment


class ReplyNotification(models.Model):
    """One reply, to be told to the writer of what it answers: by itself, or with others when many
    come.
    """

    reply = models.OneToOneField(
        SiteComment, primary_key=True, on_delete=models.CASCADE, related_name="notice"
    )
    answered = models.ForeignKey(SiteComment, on_delete=models.CASCADE, related_name="notices")
    to = models.CharField(
        max_length=64, help_text="A digest of the address: so many mails an hour go to one."
    )
    made_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, help_text="When a worker began to mail it.")
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["made_at"],
                condition=models.Q(mailed_at__isnull=True),
                name="notice_waiting",
            ),
            models.Index(fields=["to", "mailed_at"], name="notice_mailed"),
        ]

    def __str__(self) -> str:
        return "mailed" if self.mailed_at else "pending"
