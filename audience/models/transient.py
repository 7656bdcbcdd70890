"""Rows that counting needs for a while, and digests that end with their day."""

from django.db import models

from audience.models.counts import Page


class DailySalt(models.Model):
    """The salt of a day’s digests. Deleted after it: then no digest leads back to anybody."""

    day = models.DateField(primary_key=True)
    salt = models.BinaryField(max_length=32)

    class Meta:
        db_table = "advertising_dailysalt"  # whose it was

    def __str__(self) -> str:
        return f"Salt of {self.day}"


class PageReader(models.Model):
    """That a browser opened a page today, and when last: digests alone, destroyed with their salt."""

    day = models.DateField()
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    person = models.CharField(max_length=22)
    network = models.CharField(max_length=22)
    views = models.PositiveIntegerField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "page", "person"], name="one_row_of_a_reader_and_page"
            )
        ]
        indexes = [models.Index(fields=["day", "network", "page"], name="page_readers_of_network")]

    def __str__(self) -> str:
        return f"{self.day} {self.page_id}: {self.views}"


class SeenKey(models.Model):
    """The key that a page made up for itself when it was opened, so that what is sent twice counts once.
    Forgotten after hours.
    """

    key = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(db_index=True)
    page = models.ForeignKey(Page, null=True, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.key


class MailedWeek(models.Model):
    """That somebody was mailed what was read in the week that ended on a day. Each is mailed once."""

    until = models.DateField()
    address = models.EmailField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["until", "address"], name="one_mail_of_a_week")
        ]

    def __str__(self) -> str:
        return f"{self.address}, {self.until}"
