"""The publication itself: its name and texts, its about pages, its scheduler."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django_prose_editor.fields import ProseEditorField
from django_tasks_db.models import DBTaskResult

from articles import body
from core.time_zones import is_time_zone
from core.undeletable import UndeletableModel
from newsroom.pages.text_files import ads_lines, mail_or_https, robots_lines
from pagecache.cache_tagged import TaggedAsTable


class Publication(TaggedAsTable):
    """One row: who we are, in the words that readers see. Edited in the admin."""

    name = models.CharField(
        max_length=40, default="The Publication", help_text="About 14 characters look best."
    )
    tagline = models.CharField(
        max_length=160, blank=True, help_text="One sentence, in the footer and in searches."
    )
    strip_text = models.CharField(
        "announcement bar",
        max_length=120,
        default="Get daily crypto insights in one short newsletter.",
    )
    newsletter_title = models.CharField(
        "newsletter box headline", max_length=120, default="The day’s stories, in one newsletter"
    )
    newsletter_text = models.CharField(
        "newsletter box text",
        max_length=300,
        default="One newsletter a day. No price predictions, and you can leave with one click.",
    )
    notice = models.TextField(
        "disclaimer",
        max_length=600,
        default="This article reports and explains; it does not recommend buying, selling or holding anything. "
        "Prices move, including while you read. Take advice from someone licensed to give it before you act.",
    )
    business_text = models.TextField(
        "text of “For businesses”",
        max_length=600,
        default="Put your work in front of people who run desks, write protocols and sign off budgets. "
        "Every paid item is labelled and reviewed by an editor before anybody sees it.",
    )
    house_rules = models.TextField(
        max_length=600,
        default="Argue with the piece, not the person. Say what you hold if you talk about a price. "
        "No links to trading services.",
    )
    legal_owner = models.CharField(max_length=160, blank=True)
    address = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(blank=True)
    security_contact = models.CharField(
        max_length=200,
        blank=True,
        validators=[mail_or_https],
        help_text="Where to report a vulnerability, in /.well-known/security.txt: an e-mail or https:// address. "
        "Empty: the contact e-mail.",
    )
    ads_txt = models.TextField(
        "ads.txt",
        max_length=20_000,
        blank=True,
        validators=[ads_lines],
        help_text="One seller a line: domain, account, DIRECT or RESELLER. Empty says that nobody sells our space.",
    )
    robots_txt = models.TextField(
        "more for robots.txt",
        max_length=10_000,
        blank=True,
        validators=[robots_lines],
        help_text="Added below our own lines. Sitemaps are named by themselves.",
    )
    time_zone = models.CharField(
        max_length=60,
        default="UTC",
        db_default="UTC",
        validators=[is_time_zone],
        help_text="Of everything that is typed and read on the desk. Readers are told UTC.",
    )
    is_demo = models.BooleanField(
        default=False, editable=False, help_text="This database holds the demo."
    )

    class Meta:
        verbose_name_plural = "publication"

    def __str__(self) -> str:
        return self.name


class AboutPage(TaggedAsTable):
    """A page about the publication: standards, privacy, contact."""

    title = models.CharField(max_length=80)
    slug = models.SlugField(unique=True)
    standfirst = models.CharField(max_length=240, blank=True)
    body = ProseEditorField(config={"extensions": body.EXTENSIONS}, sanitize=body.sanitise)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["position", "title"]
        verbose_name = "about page"

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.body = body.sanitise(self.body)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("page", args=[self.slug])


class PeriodicJob(models.Model):
    """The next run of a job. The row is the lock: two schedulers cannot start one job twice."""

    name = models.CharField(max_length=60, unique=True)
    next_run_at = models.DateTimeField()
    last_started_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """The last sign of life of the scheduler and of the worker."""

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"


class PrivacyRequest(UndeletableModel):
    """Somebody asked what is held of them, or to be forgotten. The record holds a digest, and no
    address.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", "told what is held"
        ERASE = "erase", "erased"

    kind = models.CharField("what was done", max_length=8, choices=Kind.choices)
    digest = models.CharField(
        max_length=64,
        db_index=True,
        help_text="Of the address, with the site’s own key: it shows that it was done.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    found = models.JSONField("how much of what", default=dict)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "privacy request"
        verbose_name_plural = "privacy requests"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.at:%d %B %Y}"


class LogIn(models.Model):
    """Somebody logged in, or was refused. Kept for a month."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    succeeded = models.BooleanField()
    network = models.CharField(max_length=45, blank=True, help_text="Shortened, as of comments.")

    class Meta:
        ordering = ["-at"]
        verbose_name = "log-in"

    def __str__(self) -> str:
        return f"{self.user or 'nobody'} {'logged in' if self.succeeded else 'was refused'}"


class Job(DBTaskResult):
    """A job of the queue, as the desk sees it."""

    class Meta:
        proxy = True
        default_permissions = ("view", "change")
