"""Issues of a newsletter: what stands in them, and how far each has come."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_prose_editor.fields import ProseEditorField

from advertising.models import Creative, Placement
from articles import body
from articles.models import Article, Correction
from newsletter.models.newsletters import Newsletter
from pagecache import tags
from pagecache.cache_tagged import CacheTagged

MOST_TEXT = 8_000  # characters of HTML
# What mail programs show everywhere. A paragraph that is one bold link is drawn as a button.
TEXT_EXTENSIONS = {
    name: body.EXTENSIONS[name]
    for name in (
        *("NoSpellCheck", "Bold", "Italic", "Heading", "BulletList", "OrderedList", "ListItem"),
        *("Blockquote", "HorizontalRule", "HardBreak", "Link", "Image", "Figure", "Caption"),
    )
}


def today() -> date:
    return timezone.now().date()


class IssueQuerySet(models.QuerySet["Issue"]):
    def published(self) -> Self:
        """Return the issues of the archive: whatever has begun to go out and was not called back
        before anybody had it.
        """
        return self.filter(
            Q(status__in=("sending", "paused", "sent")) | Q(status="cancelled", sent_count__gt=0)
        )

    def listed(self) -> Self:
        """Return what lists of the archive show. A cancelled issue can be read by whoever has it,
        and stands in no list.
        """
        return self.filter(status__in=("sending", "paused", "sent"))

    def newest_first(self) -> Self:
        return self.order_by("-number")


class Issue(CacheTagged):
    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SCHEDULED = "scheduled", "Scheduled"
        SENDING = "sending", "Being sent"
        PAUSED = "paused", "Paused"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Cancelled"
        SKIPPED = "skipped", "Skipped"

    newsletter = models.ForeignKey(Newsletter, on_delete=models.PROTECT, related_name="issues")
    number = models.PositiveIntegerField(
        null=True,
        editable=False,
        help_text="Counted within its newsletter, when it begins to go out.",
    )
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    day = models.DateField(
        default=today, help_text="Printed at the top. The paid place of this day stands in it."
    )
    subject = models.CharField(
        max_length=140,
        blank=True,
        help_text="What the inbox shows. Empty: the headline of the lead.",
    )
    # Whose headline the subject is, where nobody wrote one: it goes when that story goes.
    subject_of = models.ForeignKey(
        Article, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    preheader = models.CharField(
        "preview text",
        max_length=150,
        blank=True,
        help_text="What inboxes show beside it. Empty: how many stories there are, and the first price.",
    )
    intro = ProseEditorField(
        "introduction",
        max_length=MOST_TEXT,
        blank=True,
        config={"extensions": TEXT_EXTENSIONS},
        sanitize=body.sanitise,
        help_text="Above the stories.",
    )
    closing = ProseEditorField(
        "second text",
        blank=True,
        db_default="",
        max_length=MOST_TEXT,
        config={"extensions": TEXT_EXTENSIONS},
        sanitize=body.sanitise,
        help_text="Below the stories: what is next, an event, a word about a subscription.",
    )
    send_at = models.DateTimeField("send at", null=True, blank=True, editable=False)
    since = models.DateTimeField(
        "stories since",
        null=True,
        blank=True,
        editable=False,
        help_text="From when stories were taken.",
    )
    filled_at = models.DateTimeField(
        null=True, editable=False, help_text="Until when: there the next issue begins."
    )
    # The turn of its newsletter that it was made for: no turn has two.
    turn_at = models.DateTimeField(null=True, blank=True, editable=False)
    note = models.CharField(
        max_length=300, blank=True, editable=False, help_text="Why it was skipped or stopped."
    )

    # As it was sent: kept when the first mail leaves.
    prices = models.JSONField(default=list, editable=False)
    placement = models.ForeignKey(
        Placement, null=True, editable=False, on_delete=models.PROTECT, related_name="issues"
    )
    creative = models.ForeignKey(
        Creative, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    # How the sending goes.
    recipients = models.PositiveIntegerField(default=0, editable=False)
    sent_count = models.PositiveIntegerField(default=0, editable=False)
    next_batch_at = models.DateTimeField(
        null=True, editable=False, help_text="The set rate: no mail before this."
    )
    failures = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="In a row, of the mail server."
    )
    refused_in_a_row = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="“No” for no reason of the reader’s own, since a mail was last taken.",
    )
    later_in_a_row = models.PositiveIntegerField(
        default=0, editable=False, help_text="“Later”, in the same way."
    )
    trouble = models.CharField(
        max_length=300, blank=True, editable=False, help_text="What the mail server said last."
    )
    offered_count = models.PositiveIntegerField(
        default=0, editable=False, help_text="Mails that were told to the advertiser as offered."
    )

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        permissions = [("send_issue", "Can send, pause and cancel newsletters")]
        constraints = [
            models.UniqueConstraint(fields=["newsletter", "number"], name="issue_number_once"),
            models.UniqueConstraint(fields=["newsletter", "turn_at"], name="issue_one_a_turn"),
            # Booked once, sent once.
            models.UniqueConstraint(fields=["placement"], name="issue_placement_once"),
            models.CheckConstraint(
                condition=~Q(status="scheduled") | Q(send_at__isnull=False),
                name="issue_scheduled_has_a_time",
            ),
        ]
        indexes = [
            # One for each question: SQLite uses a partial index only for just its condition.
            models.Index(
                fields=["send_at"], condition=Q(status="scheduled"), name="issue_scheduled"
            ),
            models.Index(
                fields=["next_batch_at"], condition=Q(status="sending"), name="issue_sending"
            ),
            models.Index(fields=["-started_at", "-id"], name="issue_by_time"),
            models.Index(
                fields=["newsletter", "-started_at", "-id"], name="issue_of_newsletter_by_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter}, {self.day.day} {self.day:%B %Y}"

    def get_absolute_url(self) -> str:
        """Its place in the archive; that of all issues while it has none."""
        if self.number is None:
            return self.newsletter.get_absolute_url()
        return reverse("newsletter-issue", args=[self.newsletter.slug, self.number])

    def cache_tags(self) -> list[str]:
        """Its archive. What has not gone out is shown nowhere."""
        if self.status in (self.Status.DRAFT, self.Status.SCHEDULED, self.Status.SKIPPED):
            return []
        return [tags.row_tag(self), issues_of(self.newsletter_id), ALL_ISSUES, tags.MISSING]

    @property
    def readable_subject(self) -> str:
        """Nothing where there is none, or where it is the headline of a story that may not be read
        any more.
        """
        return self.subject if self.subject_of is None or self.subject_of.is_public else ""

    @property
    def title(self) -> str:
        """As lists name it."""
        return self.readable_subject or str(self)

    @property
    def may_be_edited(self) -> bool:
        return self.status in (self.Status.DRAFT, self.Status.SCHEDULED)

    @property
    def is_on_its_way(self) -> bool:
        return self.status in (self.Status.SENDING, self.Status.PAUSED)


ALL_ISSUES = "issues"


def issues_of(newsletter: int) -> str:
    """The list of issues of a newsletter, as pages that show it are known by."""
    return f"newsletter:{newsletter}:issues"


class SendRate(models.Model):
    """One row: when the next batch of any issue may leave, for all workers together."""

    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.next_at:%H:%M:%S}"


class Item(models.Model):
    """Something that stands in an issue: a story, or a correction to one."""

    class Kind(models.TextChoices):
        STORY = "story", "Story"
        DISCUSSED = "discussed", "Most discussed"
        CORRECTION = "correction", "Correction"

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.STORY)
    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, related_name="+", verbose_name="story"
    )
    correction = models.ForeignKey(
        Correction,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    headline = models.CharField(max_length=140, blank=True, help_text="Empty: the story’s own.")
    text = models.CharField(max_length=1000, blank=True, help_text="Empty: the story’s standfirst.")
    position = models.PositiveSmallIntegerField(
        default=100,
        validators=[MinValueValidator(0)],
        help_text="Lower numbers come first; the first story leads.",
    )

    class Meta:
        verbose_name_plural = "content"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "article", "kind"],
                condition=Q(correction__isnull=True),
                name="item_once",
                violation_error_message="This story stands in the issue already.",
            ),
            models.UniqueConstraint(fields=["issue", "correction"], name="item_correction_once"),
        ]

    def __str__(self) -> str:
        return self.headline or str(self.article)


class Link(models.Model):
    """An address that an issue leads to by us, so that clicks can be counted without trusting the
    address.
    """

    class Kind(models.TextChoices):
        STORY = "story", "Story"
        PLACEMENT = "placement", "Sponsor slot"
        OTHER = "other", "Other page"
        TRAP = "trap", "Trap that no person sees"

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    url = models.CharField(max_length=600)
    label = models.CharField(max_length=140, blank=True)
    story = models.ForeignKey(
        Article, null=True, on_delete=models.SET_NULL, related_name="newsletter_links"
    )
    people = models.PositiveIntegerField(default=0, help_text="Recipients who followed it.")
    machines = models.PositiveIntegerField(default=0, help_text="Clicks that were no person’s.")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["issue", "kind", "url"], name="link_once")]

    def __str__(self) -> str:
        return self.label or self.url
