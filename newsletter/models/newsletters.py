"""The newsletters that readers can have: daily, weekly, about a section or about a coin."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from articles.models import Section
from core.time_zones import is_time_zone
from pagecache.cache_tagged import TaggedAsTable
from ticker.models import Coin

# First words of addresses under /newsletter/ that are no newsletters.
RESERVED_SLUGS = frozenset(
    {"asked", "confirm", "leave", "preferences", "address", "back", "go", "open", "token", "events"}
)


def not_reserved(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(f"“{slug}” is the address of another page. Choose another word.")


def one_line(text: str) -> None:
    """Raise ValidationError for what no mail header can hold."""
    if not text.isprintable() or "@" in text:
        raise ValidationError("Write a name: no address, and no line breaks.")


class NewsletterQuerySet(models.QuerySet["Newsletter"]):
    def offered(self) -> "NewsletterQuerySet":
        """Return the newsletters that readers may choose, the one of the strip first."""
        return self.filter(is_offered=True)


class Newsletter(TaggedAsTable):
    class Rhythm(models.TextChoices):
        DAILY = "daily", "Every day"
        WEEKDAYS = "weekdays", "Monday to Friday"
        WEEKLY = "weekly", "Once a week"

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    name = models.CharField(
        max_length=60, unique=True, help_text="As readers see it, such as: The daily newsletter."
    )
    slug = models.SlugField(
        unique=True,
        validators=[not_reserved],
        help_text="Its archive’s address: /newsletter/daily/.",
    )
    description = models.CharField(
        max_length=200, help_text="One sentence: what is in it, and when it comes."
    )
    section = models.ForeignKey(
        Section,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Only its stories.",
    )
    coin = models.ForeignKey(
        Coin,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Only stories about it.",
    )
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.WEEKDAYS)
    weekday = models.PositiveSmallIntegerField(
        choices=Weekday.choices, default=Weekday.FRIDAY, help_text="Of a weekly newsletter."
    )
    send_at = models.TimeField("hour", default=time(6, 30), help_text="When it goes out.")
    time_zone = models.CharField(
        default="UTC",
        db_default="UTC",
        max_length=60,
        validators=[is_time_zone],
        help_text="Of its hour and its days, whatever the season.",
    )
    planned_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When its days and hour were set: no turn before that is made up for.",
    )
    is_automatic = models.BooleanField(
        "sent by itself",
        default=False,
        help_text="At its hour the newest stories are sent without an editor. "
        "Otherwise a draft with them waits on the desk from two hours before.",
    )
    sender_name = models.CharField(
        max_length=60,
        blank=True,
        db_default="",
        validators=[one_line],
        help_text="What the inbox shows as sender. Empty: the publication’s name.",
    )
    reply_to = models.EmailField(
        "replies go to",
        blank=True,
        db_default="",
        help_text="Empty: the address that mails come from.",
    )
    preview_text = models.CharField(
        max_length=150,
        blank=True,
        db_default="",
        help_text="Of issues without one. Empty: how many stories there are, and the first price.",
    )
    carries_placement = models.BooleanField(
        "has sponsor slot",
        default=False,
        help_text="The newsletter that advertisers book a day of. Only one newsletter can.",
    )
    most_stories = models.PositiveSmallIntegerField(
        "stories", default=7, validators=[MinValueValidator(1)], help_text="In one issue, at most."
    )
    is_offered = models.BooleanField("offered", default=True, help_text="Readers can choose it.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")

    objects = NewsletterQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["carries_placement"],
                condition=Q(carries_placement=True),
                name="newsletter_one_carries_the_placement",
                violation_error_message="Another newsletter has the sponsor slot.",
            ),
            models.CheckConstraint(
                condition=Q(section__isnull=True) | Q(coin__isnull=True),
                name="newsletter_about_a_section_or_a_coin",
                violation_error_message="Choose a section or a coin, not both.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("newsletter-archive", args=[self.slug])

    @property
    def when(self) -> str:
        """Such as “Fridays, 06:30 UTC” or “Fridays, 06:30 in London”."""
        is_weekly = self.rhythm == self.Rhythm.WEEKLY
        days = f"{self.Weekday(self.weekday).label}s" if is_weekly else self.get_rhythm_display()
        place = self.time_zone.rpartition("/")[2].replace("_", " ")
        return f"{days}, {self.send_at:%H:%M} {'UTC' if place == 'UTC' else f'in {place}'}"

    def day_of(self, moment: datetime) -> date:
        """The day that readers of the newsletter have at a moment."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()


def main_newsletter() -> Newsletter:
    """The newsletter of the strip: the first that is offered. A publication that has none yet gets
    one.
    """
    found = Newsletter.objects.offered().first() or Newsletter.objects.first()
    if found is not None:
        return found
    newsletter, _ = Newsletter.objects.get_or_create(
        slug="daily",
        defaults={
            "name": "The daily newsletter",
            "description": "The day’s stories on one screen, Monday to Friday.",
            "carries_placement": True,
            "position": 10,
        },
    )
    return newsletter
