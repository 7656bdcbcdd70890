"""Readers’ actions on a comment besides answering it, and their counts."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from comments.models.comments import SiteComment


class CommentStats(models.Model):
    """Counts and times that the library’s row has no column for. A comment that nobody touched has
    none.
    """

    comment = models.OneToOneField(
        SiteComment, primary_key=True, on_delete=models.CASCADE, related_name="stats"
    )
    agreed = models.PositiveIntegerField(default=0)
    disagreed = models.PositiveIntegerField(default=0)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True, help_text="By its writer.")

    def __str__(self) -> str:
        return f"+{self.agreed} −{self.disagreed}"


class Reaction(models.Model):
    """One reader’s yes or no to one comment."""

    comment = models.ForeignKey(SiteComment, on_delete=models.CASCADE, related_name="reactions")
    voter = models.CharField(
        max_length=64, help_text="An account, or a digest that is different for every comment."
    )
    agrees = models.BooleanField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "voter"], name="reaction_once")]

    def __str__(self) -> str:
        return "agrees" if self.agrees else "disagrees"


class Report(models.Model):
    """A reader thinks that a comment should not stand here."""

    class Reason(models.TextChoices):
        SCAM = "scam", "It is a swindle or leads to one"
        SPAM = "spam", "It advertises something"
        ABUSE = "abuse", "It attacks somebody"
        PRIVATE = "private", "It gives away somebody’s private details"
        OFF_TOPIC = "off_topic", "It has nothing to do with the story"
        OTHER = "other", "Something else"

    comment = models.ForeignKey(SiteComment, on_delete=models.CASCADE, related_name="reports")
    reporter = models.CharField(
        max_length=64, help_text="An account, or a digest that is different for every comment."
    )
    reason = models.CharField(max_length=12, choices=Reason.choices)
    note = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "reporter"], name="report_once")]

    def __str__(self) -> str:
        return self.get_reason_display()


class Edit(models.Model):
    """A comment’s text before its writer changed it, for moderators."""

    comment = models.ForeignKey(SiteComment, on_delete=models.CASCADE, related_name="edits")
    text = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"Until {self.made_at:%d %B %Y, %H:%M}"
