"""Subjects and writers of stories: sections, tags, authors."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from articles import cache_tags
from articles.models.pictures import Image
from pagecache.cache_tagged import CacheTagged, TaggedAsTable, TaggedByRow
from ticker.models import Coin

# First words of addresses that are not sections.
RESERVED_SLUGS = frozenset(
    {
        "about",
        "accounts",
        "admin",
        "advertise",
        "api",
        "archive",
        "author",
        "comments",
        "corrections",
        "feeds",
        "healthz",
        "most-read",
        "views",
        "media",
        "metrics",
        "newsletter",
        "preview",
        "prices",
        "livez",
        "readyz",
        "robots",
        "search",
        "share",
        "sitemap",
        "slots",
        "static",
        "tag",
    }
)


def not_reserved(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(f"“{slug}” is the address of another page. Choose another word.")


class Section(TaggedAsTable):
    name = models.CharField(max_length=40, unique=True)
    slug = models.SlugField(
        unique=True, validators=[not_reserved], help_text="The section’s address: /markets/."
    )
    standfirst = models.CharField(
        max_length=240, blank=True, help_text="One or two sentences under the name."
    )
    position = models.PositiveSmallIntegerField(
        default=100, help_text="Lower numbers come first in the menu."
    )
    is_opinion = models.BooleanField(
        "opinion", default=False, help_text="Columns are shown with their writers."
    )
    holds_comments = models.BooleanField(
        "hold every comment",
        default=False,
        db_default=False,
        help_text="A moderator reads each comment before it is published.",
    )

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("section", args=[self.slug])


class Tag(TaggedByRow):
    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.slug])

    def cache_tags(self) -> list[str]:
        return cache_tags.tags_of_subject(self)


class Author(TaggedByRow):
    name = models.CharField(max_length=80)
    slug = models.SlugField(unique=True)
    role = models.CharField(max_length=80, blank=True, help_text="Such as: Policy editor.")
    bio = models.TextField(blank=True, max_length=800)
    email = models.EmailField(blank=True, help_text="Shown on the author’s page.")
    holdings = models.CharField(
        max_length=300,
        blank=True,
        help_text="For the author’s page, such as: Holds no coins. Empty, it names the coins below.",
    )
    joined_on = models.DateField("writing here since", null=True, blank=True)
    portrait = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="portrayed"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="author",
        help_text="Comments from this account carry the badge “Author” under the author’s own stories.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("author", args=[self.slug])

    def cache_tags(self) -> list[str]:
        return cache_tags.tags_of_subject(self)

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


class Holding(CacheTagged):
    """A coin that an author says they hold. What they held when a story came out is kept on its
    byline.
    """

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="held")
    coin = models.ForeignKey(Coin, on_delete=models.PROTECT, related_name="+")
    declared_on = models.DateField(auto_now_add=True)

    class Meta:
        ordering = ["coin__position"]
        constraints = [models.UniqueConstraint(fields=["author", "coin"], name="holding_once")]

    def __str__(self) -> str:
        return self.coin.name

    def cache_tags(self) -> list[str]:
        return self.author.cache_tags()
