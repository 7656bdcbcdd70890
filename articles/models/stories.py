"""Stories, with their bylines, the coins they are about, and who changed their status."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django_prose_editor.fields import ProseEditorField

from articles import body, cache_tags
from articles.discovery import search_terms
from articles.models.pictures import Image
from articles.models.subjects import Author, Section, Tag
from articles.querysets import ArticleQuerySet
from pagecache import tags
from pagecache.cache_tagged import CacheTagged, TaggedByRow
from ticker.models import Coin

COUNTERS = frozenset({"comment_count", "revision"})


class Article(TaggedByRow):
    class Kind(models.TextChoices):
        STORY = "story", "Story"
        BRIEF = "brief", "Brief"
        SPONSORED = "sponsored", "Sponsored article"
        PRESS_RELEASE = "press_release", "Press release"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Unpublished"

    PAID_KINDS = (Kind.SPONSORED, Kind.PRESS_RELEASE)

    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.STORY)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="articles")
    title = models.CharField("headline", max_length=140, help_text="Sentence case, no full stop.")
    slug = models.SlugField("address", max_length=120, unique=True)
    standfirst = models.CharField(
        max_length=300, blank=True, help_text="One or two sentences under the headline."
    )
    body = ProseEditorField(
        blank=True,
        config={"extensions": body.EXTENSIONS},
        sanitize=body.sanitise,
        help_text="Write [[BTC]] to show a coin with its live price.",
    )
    hero = models.ForeignKey(
        Image,
        verbose_name="picture",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="led_stories",
    )
    authors = models.ManyToManyField(Author, through="Byline", related_name="articles")
    tags = models.ManyToManyField(Tag, blank=True, related_name="articles")
    coins = models.ManyToManyField(Coin, through="ArticleCoin", related_name="articles")

    status = models.CharField(
        max_length=20, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    published_at = models.DateTimeField(
        "published",
        null=True,
        blank=True,
        editable=False,
        help_text="A time in the future schedules the story.",
    )
    expires_at = models.DateTimeField(
        "unpublish at",
        null=True,
        blank=True,
        help_text="From then on the story is gone, and its address says so.",
    )
    embargoed_until = models.DateTimeField(
        "embargo",
        null=True,
        blank=True,
        help_text="It cannot come out before, whoever presses the button.",
    )
    updated_at = models.DateTimeField(
        "updated",
        null=True,
        blank=True,
        help_text="Shown to readers, when it says something new.",
    )

    promoted_until = models.DateTimeField(
        null=True, blank=True, editable=False
    )  # a sponsored article on the front page; empty: for thirty days
    paid_by = models.CharField(
        max_length=120,
        blank=True,
        help_text="Who paid. With this the piece is labelled, on every page, as paid.",
    )
    disclosure = models.CharField(
        max_length=300, blank=True, help_text="What was paid, and for what."
    )
    risk_warning = models.TextField(
        max_length=2000,
        blank=True,
        help_text="Paid work about a token: what its readers must be told. It cannot be published without.",
    )

    search_title = models.CharField(
        "title in search",
        max_length=120,
        blank=True,
        db_default="",
        help_text="Empty: the headline.",
    )
    search_description = models.CharField(
        "text in search",
        max_length=300,
        blank=True,
        db_default="",
        help_text="Empty: the standfirst.",
    )
    social_title = models.CharField(
        "title when shared",
        max_length=120,
        blank=True,
        db_default="",
        help_text="Empty: the title in search, or the headline.",
    )
    social_description = models.CharField(
        "text when shared",
        max_length=300,
        blank=True,
        db_default="",
        help_text="Empty: the text in search, or the standfirst.",
    )
    social_picture = models.ForeignKey(
        Image,
        verbose_name="picture when shared",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="shared_stories",
        help_text="Empty: the picture of the story.",
    )

    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="assigned to",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assigned_stories",
    )
    planned_for = models.DateField(
        "planned for",
        null=True,
        blank=True,
        help_text="A day in the calendar.",
    )
    is_template = models.BooleanField(
        "template",
        default=False,
        db_default=False,
        help_text="Offered to begin a story from. Never published.",
    )
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)

    comments_open = models.BooleanField(default=True)
    holds_comments = models.BooleanField(
        "hold every comment",
        default=False,
        db_default=False,
        help_text="A moderator reads each comment before it is published.",
    )
    comment_count = models.PositiveIntegerField(default=0, editable=False)
    byline = models.CharField(
        max_length=300, blank=True, editable=False, help_text="The names, for cards."
    )
    word_count = models.PositiveIntegerField(default=0, editable=False)
    search_text = models.TextField(blank=True, editable=False)
    revision = models.PositiveIntegerField(
        default=0, editable=False, help_text="The number of its newest version."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = "story"
        verbose_name_plural = "stories"
        permissions = [
            ("publish_article", "Can publish, schedule and withdraw"),
            ("merge_article", "Can merge two stories into one"),
        ]
        indexes = [
            # Each is walked from one end: tests/articles/test_plans.py reads what both databases
            # make of them.
            models.Index(fields=["-published_at", "-id"], name="article_by_time"),
            models.Index(fields=["status", "-published_at", "-id"], name="article_latest"),
            # Without the status, so that readers’ lists and the desk’s walk the same: nearly
            # everything is published.
            models.Index(fields=["kind", "-published_at", "-id"], name="article_kind_by_time"),
            models.Index(
                fields=["section", "-published_at", "-id"], name="article_section_by_time"
            ),
            models.Index(
                fields=["expires_at"], condition=Q(expires_at__isnull=False), name="article_expires"
            ),
            models.Index(
                fields=["status", "-comment_count", "-published_at", "-id"],
                name="article_most_discussed_2",
            ),
            # Few rows each, however large the archive is.
            models.Index(
                fields=["planned_for"],
                condition=Q(planned_for__isnull=False),
                name="article_planned",
            ),
            models.Index(
                fields=["embargoed_until"],
                condition=Q(embargoed_until__isnull=False),
                name="article_embargoed",
            ),
            models.Index(
                fields=["trashed_at"], condition=Q(trashed_at__isnull=False), name="article_trashed"
            ),
            models.Index(fields=["id"], condition=Q(is_template=True), name="article_template"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(trashed_at__isnull=True)
                | (Q(status="draft") & Q(published_at__isnull=True)),
                name="article_only_drafts_in_the_trash",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(is_template=False),
                name="article_no_template_is_published",
            ),
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(embargoed_until__isnull=True)
                | Q(published_at__gte=F("embargoed_until")),
                name="article_not_before_its_embargo",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="article_published_has_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=["sponsored", "press_release"]) & ~Q(paid_by=""))
                | (Q(kind__in=["story", "brief"]) & Q(paid_by="")),
                name="article_paid_kinds_name_the_payer",
                violation_error_message="Sponsored articles and press releases name who paid; nothing else may.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def prepare(self) -> None:
        """Make the body safe, and take from it what is kept beside it. Call it before an insert of
        many, which saves none by itself.
        """
        self.body = body.sanitise(self.body)
        text = body.plain_text(self.body)
        self.word_count = len(text.split())
        self.search_text = search_terms.search_text(self.title, f"{self.standfirst}\n{text}")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whatever the way in (admin, importer, shell), what is stored is safe HTML."""
        self.prepare()
        if (
            not self._state.adding
            and kwargs.get("update_fields") is None
            and not kwargs.get("force_insert")
        ):
            # Counters are written where they are counted; what this row was loaded with may be old.
            fields = (field.name for field in self._meta.concrete_fields if not field.primary_key)
            kwargs["update_fields"] = [name for name in fields if name not in COUNTERS]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("article", args=[self.section.slug, self.slug])

    def cache_tags(self) -> list[str]:
        return cache_tags.tags_of_article(self)

    def clean(self) -> None:
        """Hold a published story to what publishing asked for, and keep one story from another’s
        address.
        """
        former = Article.objects.filter(former_slugs__slug=self.slug).only("pk", "title").first()
        if former is not None and former.pk != self.pk:
            raise ValidationError(
                {"slug": f"“{former.title}” was out under this address. Choose another."}
            )
        if problem := self._problem_of_update():
            raise ValidationError({"updated_at": problem})
        if self._is_out_before_embargo():
            text = "The story is published, or scheduled, for a time before this embargo ends."
            raise ValidationError({"embargoed_until": text})
        if self.status == self.Status.PUBLISHED and (problems := self.missing()):
            raise ValidationError(problems)

    def _problem_of_update(self) -> str:
        """Readers and search engines are told both times: they must not contradict each other."""
        if self.updated_at is None:
            return ""
        if self.updated_at > timezone.now() + timedelta(minutes=5):
            return "This time is still to come. Say when the story was updated."
        if self.is_updated_before_published:
            return "The story was published after this time."
        return ""

    @property
    def is_updated_before_published(self) -> bool:
        """Clocks of people differ by seconds, and forms know no parts of them."""
        return bool(
            self.updated_at
            and self.published_at
            and self.published_at <= timezone.now()
            and self.updated_at < self.published_at - timedelta(minutes=1)
        )

    def _is_out_before_embargo(self) -> bool:
        if self.status != self.Status.PUBLISHED or not (self.published_at and self.embargoed_until):
            return False
        return self.published_at < self.embargoed_until

    def missing(self) -> dict[str, str]:
        """Return what must be there before anybody reads it: field and sentence."""
        problems = {}
        if self.is_template:
            problems["is_template"] = "This is a template. Start a story from it."
        if not body.plain_text(self.body):
            problems["body"] = "Write the story first."
        if self.kind != self.Kind.BRIEF and not self.standfirst:
            problems["standfirst"] = "Add a standfirst."
        if self.kind == self.Kind.STORY and self.hero_id is None:
            problems["hero"] = "Choose a picture."
        if self.is_paid and not self.disclosure:
            problems["disclosure"] = "Say who paid what."
        if self.is_paid and not self.risk_warning and self.is_about_a_coin:
            problems["risk_warning"] = "Add the risk warning: this is paid for, and about a coin."
        return problems

    def is_work_of(self, user: Any) -> bool:
        """Return whether `user` is named in the byline, or has written a version."""
        return (
            self.bylines.filter(author__user=user).exists()
            or self.revisions.filter(by=user).exists()
        )

    @property
    def is_public(self) -> bool:
        """The same as `published()`, of a row that is at hand."""
        now = timezone.now()
        is_out = (
            self.status == self.Status.PUBLISHED
            and self.published_at is not None
            and self.published_at <= now
        )
        return is_out and (self.expires_at is None or self.expires_at > now)

    @property
    def is_paid(self) -> bool:
        """The one flag behind label, disclosure, link relations and what the piece is kept out
        of.
        """
        return bool(self.paid_by)

    @property
    def is_about_a_coin(self) -> bool:
        return self.pk is not None and self.coins.exists()

    @property
    def label(self) -> str:
        """Return the label before a paid piece wherever it is shown; nothing before journalism."""
        if not self.is_paid:
            return ""
        return "Press release" if self.kind == self.Kind.PRESS_RELEASE else "Sponsored"

    @property
    def status_in_words(self) -> str:
        """The status as the desk says it: what is published for later is scheduled."""
        is_later = self.published_at is not None and self.published_at > timezone.now()
        return (
            "Scheduled"
            if is_later and self.status == self.Status.PUBLISHED
            else self.get_status_display()
        )

    @property
    def reading_minutes(self) -> int:
        return search_terms.reading_minutes(self.word_count)


class Byline(CacheTagged):
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="bylines")
    position = models.PositiveSmallIntegerField(default=0)
    held_at_publication = models.CharField(
        max_length=300,
        blank=True,
        editable=False,
        help_text="Coins of the story that the author held then.",
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["article", "author"], name="byline_once")]

    def __str__(self) -> str:
        return self.author.name

    def cache_tags(self) -> list[str]:
        return cache_tags.tags_of_article(self.article, also=self.author)


class ArticleCoin(CacheTagged):
    """A coin that a story is about, with its price when the story was first published."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="article_coins")
    coin = models.ForeignKey(Coin, on_delete=models.PROTECT, related_name="article_coins")
    price_at_publication = models.DecimalField(
        max_digits=30, decimal_places=12, null=True, blank=True, editable=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "coin"], name="article_coin_once")
        ]

    def __str__(self) -> str:
        return self.coin.symbol

    def cache_tags(self) -> list[str]:
        return cache_tags.tags_of_article(self.article, also=self.coin)


class RelatedPick(CacheTagged):
    """A story that the desk put first among what to read after another."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="related_picks")
    related = models.ForeignKey(
        Article,
        verbose_name="story",
        on_delete=models.CASCADE,
        related_name="picked_under",
        limit_choices_to={"trashed_at": None, "is_template": False, "paid_by": ""},
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "related story"
        verbose_name_plural = "related stories"
        constraints = [
            models.UniqueConstraint(fields=["article", "related"], name="related_pick_once"),
            models.CheckConstraint(
                condition=~Q(article=F("related")),
                name="related_pick_not_itself",
                violation_error_message="A story cannot be related to itself.",
            ),
        ]

    def __str__(self) -> str:
        return self.related.title

    def cache_tags(self) -> list[str]:
        return [tags.row_tag(self.article)]


class Listing(models.Model):
    """A published story under one of its subjects. The database writes these rows: see
    listing_index.py.
    """

    subject = models.CharField(max_length=40, help_text="Such as tag:7.")
    published_at = models.DateTimeField()
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="listings")

    class Meta:
        indexes = [
            models.Index(fields=["subject", "-published_at", "-article"], name="listing_by_time")
        ]
        constraints = [models.UniqueConstraint(fields=["article", "subject"], name="listing_once")]

    def __str__(self) -> str:
        return self.subject


class StatusChange(models.Model):
    """A change of a story’s status: by whom, from what to what, and when."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="status_changes")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    old_status = models.CharField(max_length=20, choices=Article.Status.choices)
    new_status = models.CharField(max_length=20, choices=Article.Status.choices)
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_old_status_display()} → {self.get_new_status_display()}"
