"""Subscribers, their subscriptions with proof of consent, and addresses that must not be written to
any more.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from newsletter.models.newsletters import Newsletter


class SubscriberTag(models.Model):
    """A word by which the desk finds readers again."""

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "subscriber tag"

    def __str__(self) -> str:
        return self.name


class Subscriber(models.Model):
    """An address. It is forgotten after a week unless its owner confirms it."""

    class Suppression(models.TextChoices):
        NONE = "", "Is written to"
        BOUNCED = "bounced", "Its server says that there is no such address"
        FULL = "full", "Refused several newsletters in a row"
        COMPLAINED = "complained", "Called a newsletter spam"

    email = models.EmailField(unique=True)
    key = models.CharField(
        max_length=64, unique=True, help_text="Names the reader in signed links; no address does."
    )
    asked_at = models.DateTimeField(
        help_text="When somebody last asked for a newsletter with this address."
    )
    mailed_at = models.DateTimeField(
        null=True, blank=True, help_text="When we last answered a form with a mail."
    )
    answer_owed = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="A form was sent within an hour of the last mail: its answer comes after it.",
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    counts_clicks = models.BooleanField(
        "clicks are counted",
        default=True,
        help_text="Readers turn this off themselves: their links lead straight.",
    )
    suppressed_because = models.CharField(
        "not written to",
        max_length=12,
        choices=Suppression.choices,
        default=Suppression.NONE,
        blank=True,
    )
    suppressed_at = models.DateTimeField(null=True, blank=True)
    tags = models.ManyToManyField(SubscriberTag, blank=True, related_name="subscribers")
    soft_bounces = models.PositiveSmallIntegerField(
        default=0, help_text="Newsletters in a row that did not get through."
    )

    class Meta:
        ordering = ["-asked_at"]
        indexes = [
            models.Index(fields=["confirmed_at", "asked_at"], name="subscriber_unconfirmed"),
            models.Index(
                fields=["id"], condition=Q(answer_owed=True), name="subscriber_answer_owed"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


class SignupThrottle(models.Model):
    """That our forms had somebody mailed, known by a digest, for an hour."""

    digest = models.CharField(max_length=32, unique=True)
    mailed_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.mailed_at:%H:%M}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> Self:
        """Confirmed, and not left."""
        return self.filter(status="confirmed")

    def to_be_sent(self) -> Self:
        """Those whose address may be written to as well."""
        return self.active().filter(
            subscriber__suppressed_because="", subscriber__confirmed_at__isnull=False
        )


# The record of what was agreed to: kept as proof, shown on the desk, given to whoever asks.
CONSENT_FIELDS = (
    "source",
    "consent_text",
    "asked_at",
    "confirmed_at",
    "unsubscribed_at",
    "unsubscribed_by",
)


class Subscription(models.Model):
    """That a reader has a newsletter, with the record of what they agreed to."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for confirmation"
        CONFIRMED = "confirmed", "Confirmed"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"

    class UnsubscribeMethod(models.TextChoices):
        LINK = "link", "The link in a newsletter"
        ONE_CLICK = "one_click", "The mail program’s own button"
        PREFERENCES = "preferences", "The preferences"
        COMPLAINT = "complaint", "Calling it spam"
        DESK = "desk", "The desk, on request"

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions"
    )
    newsletter = models.ForeignKey(
        Newsletter, on_delete=models.CASCADE, related_name="subscriptions"
    )
    key = models.CharField(
        max_length=64, unique=True, help_text="Names reader and newsletter in the link to leave."
    )
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    source = models.CharField(max_length=40, help_text="Which form asked.")
    consent_text = models.CharField(max_length=300, help_text="What the form said.")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_by = models.CharField(max_length=12, choices=UnsubscribeMethod.choices, blank=True)
    former = models.JSONField(
        default=list, editable=False, help_text="What was agreed to before, and had until when."
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "newsletter"], name="subscription_once"),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(confirmed_at__isnull=False),
                name="subscription_confirmed_has_time",
            ),
        ]
        indexes = [models.Index(fields=["newsletter", "status"], name="subscription_of_newsletter")]

    def __str__(self) -> str:
        return f"{self.subscriber}: {self.newsletter}"


class SubscriberImport(models.Model):
    """A file of subscribers that the worker takes in, and what became of each line. Forgotten after
    a month.
    """

    newsletter = models.ForeignKey(Newsletter, on_delete=models.PROTECT, related_name="+")
    proof = models.CharField(max_length=300)
    data = models.BinaryField(help_text="The file, until it is taken in.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    ended_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=300, blank=True, help_text="Why nothing was taken.")
    report = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.newsletter}, {self.made_at:%d %B %Y}"
