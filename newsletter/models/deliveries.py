"""One row for each recipient of an issue, and what came of it."""

from django.db import models
from django.db.models import Q

from newsletter.models.issues import Issue, Link
from newsletter.models.subscribers import Subscription


class Delivery(models.Model):
    """One mail, handed over at most once unless the desk asks for more, whatever kills the workers.

    Queued, sending, and then sent, refused, failed or unconfirmed. A worker reserves queued rows by
    its `claim`, and marks each as sending right before it hands the mail over.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Accepted by the mail server"
        # Nobody heard the answer: the server may have it.
        UNCONFIRMED = "unconfirmed", "Delivery unconfirmed"
        REFUSED = "refused", "Refused for good"
        FAILED = "failed", "Given up after several tries"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed before it was sent"
        BOUNCED = "bounced", "Came back"

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="deliveries")
    # Nobody is known by it once the reader was erased.
    subscription = models.ForeignKey(
        Subscription, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    claim = models.CharField(
        max_length=22, blank=True, help_text="The worker’s turn that reserved it."
    )
    claimed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(
        null=True, help_text="Not before, where a server asked for patience."
    )
    has_placement = models.BooleanField(default=False, help_text="The sold place stood in it.")
    sent_at = models.DateTimeField(null=True)
    answer = models.CharField(
        max_length=200, blank=True, help_text="What the mail server said, without the address."
    )
    # Empty as it comes: only then do both databases use the index that leaves out all others.
    provider_id = models.CharField(
        max_length=120, null=True, help_text="By which a mail provider speaks of it."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "subscription"], name="delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["issue", "id"], condition=Q(status="queued"), name="delivery_waiting"
            ),
            models.Index(
                fields=["claimed_at"], condition=Q(status="sending"), name="delivery_sending"
            ),
            models.Index(fields=["issue", "status"], name="delivery_by_status"),
            models.Index(
                fields=["provider_id"],
                condition=Q(provider_id__isnull=False),
                name="delivery_of_provider",
            ),
        ]
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.pk}: {self.get_status_display()}"


class Click(models.Model):
    """A link that was opened, until it is known whether a person did it; then it is a number, and
    this row goes.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="clicks")
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="clicks")
    at = models.DateTimeField()
    reason = models.CharField(
        max_length=20, blank=True, help_text="Why it was no person’s, as far as the click shows."
    )
    sender = models.CharField(
        max_length=22, help_text="A digest that nobody can trace once its day is over."
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["at"], condition=Q(settled_at__isnull=True), name="click_unsettled"
            ),
            models.Index(fields=["at"], name="click_by_time"),
            models.Index(fields=["delivery", "link"], name="click_of_delivery"),
        ]

    def __str__(self) -> str:
        return f"{self.link} at {self.at:%H:%M:%S}"
