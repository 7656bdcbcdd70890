"""The public record: corrections that stay listed, and addresses that go on working."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from articles import cache_tags, validators
from articles.models.stories import Article
from articles.querysets import CorrectionQuerySet
from pagecache import tags
from pagecache.cache_tagged import CacheTagged

LONGEST_CHAIN = 10  # in a table that somebody filled by other means


class Correction(CacheTagged):
    class Kind(models.TextChoices):
        CORRECTION = "correction", "Correction"
        CLARIFICATION = "clarification", "Clarification"
        UPDATE = "update", "Update"
        RETRACTION = "retraction", "Retraction"

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="corrections")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.CORRECTION)
    text = models.TextField(
        max_length=1000,
        help_text="What the story said, and what is right. It is shown on the story for good.",
    )
    at = models.DateTimeField("on", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="correction_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:60]}"

    def clean(self) -> None:
        """Readers are told when it was put right: that is over, or now."""
        if self.at and self.at > timezone.now():
            raise ValidationError(
                {"at": "This time has not come yet. Say when the story was put right."}
            )

    def cache_tags(self) -> list[str]:
        return [*cache_tags.tags_of_article(self.article), cache_tags.CORRECTIONS]


class FormerSlug(models.Model):
    """A name that a story was out under. Its address leads to the story, whatever that is called
    now.
    """

    slug = models.SlugField(max_length=120, unique=True)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="former_slugs")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return self.slug


class Redirect(CacheTagged):
    """An address of another page than a story, and where it leads now. Never through a third
    one.
    """

    old_path = models.CharField(
        max_length=300,
        unique=True,
        validators=[validators.own_path],
        help_text="Such as /2019/06/an-old-page/.",
    )
    new_path = models.CharField(
        max_length=300,
        blank=True,
        validators=[validators.own_path],
        help_text="Landing page. Empty: the page is gone, and says so.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["old_path"]

    def __str__(self) -> str:
        return f"{self.old_path} → {self.new_path or 'gone'}"

    def _leads_back(self) -> bool:
        """Return whether going on from the new path comes to the old one again."""
        path = self.new_path
        for _ in range(LONGEST_CHAIN):
            if path == self.old_path:
                return True
            following = Redirect.objects.filter(old_path=path).values_list("new_path", flat=True)
            path = following.first() or ""
            if not path:
                return False
        return True

    def clean(self) -> None:
        if self.new_path and self._leads_back():
            raise ValidationError(
                {"new_path": "This leads back to where it began. Choose another address."}
            )

    def cache_tags(self) -> list[str]:
        return [tags.MISSING]
