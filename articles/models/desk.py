"""Records of the desk’s work: revisions, autosaves, preview links, the front page’s order."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from articles import cache_tags
from articles.models.stories import Article
from core.clock import local_time
from core.people import name_of
from pagecache.cache_tagged import CacheTagged


class Revision(models.Model):
    """A story as it was saved once. Never changed, but for its name and star."""

    class Origin(models.TextChoices):
        SAVED = "saved", "Saved"
        RESTORED = "restored", "Restored"
        PUBLISHED = "published", "Published"
        SCHEDULED = "scheduled", "To come"
        REPLACED = "replaced", "Cancelled"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=20, choices=Origin.choices, default=Origin.SAVED)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    content = models.JSONField(
        help_text="Every field that an editor can change, as articles/publishing/revisions.py writes it."
    )
    name = models.CharField(max_length=80, blank=True)
    is_starred = models.BooleanField("star", default=False)
    goes_live_at = models.DateTimeField(
        null=True, blank=True, help_text="Set for a version that is to come."
    )
    based_on = models.PositiveIntegerField(
        null=True,
        editable=False,
        help_text="Of a scheduled update: the version that it was made from.",
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(origin="scheduled"),
                name="revision_one_to_come_a_story",
            ),
            models.CheckConstraint(
                condition=~Q(origin="scheduled") | Q(goes_live_at__isnull=False),
                name="revision_to_come_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["goes_live_at"], condition=Q(origin="scheduled"), name="revision_to_come"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}{f': {self.name}' if self.name else ''}"

    @property
    def by_name(self) -> str:
        return name_of(self.by) if self.by else "A command"


class Autosave(models.Model):
    """Unsaved text of one person in one opened form, gone when they save it."""

    article = models.ForeignKey(
        Article, null=True, on_delete=models.CASCADE, related_name="working_copies"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=32, help_text="Of the form, however often it is opened.")
    seen_revision = models.PositiveIntegerField(default=0)
    fields = models.JSONField(
        help_text="What the form says, as articles/publishing/revisions.py writes a version."
    )
    at = models.DateTimeField(default=timezone.now, db_index=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "autosaves"
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="autosave_once_a_form"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.at:%d %b %H:%M}"


class Note(models.Model):
    """A word to colleagues about a story. Readers never see it."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=2000)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class PreviewLink(models.Model):
    """A secret address at which a story can be read before it is out, until it expires or is
    revoked.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="preview_links")
    key = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Until {local_time(self.expires_at, '%d %b %Y, %H:%M')}"

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class FrontPick(CacheTagged):
    """A story that the desk put on the front page, and its place there."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="front_pick")
    position = models.PositiveSmallIntegerField(
        default=1, help_text="1 leads, 2 to 4 stand beside it, 5 to 8 below."
    )
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: until you take it off.")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "front page place"
        verbose_name_plural = "front page"

    def __str__(self) -> str:
        return f"{self.position}. {self.article.title}"

    def cache_tags(self) -> list[str]:
        return [cache_tags.FRONT]
