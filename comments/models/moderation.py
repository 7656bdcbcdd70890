"""Moderation: rules, flags, decisions, bans."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from articles.models import Article
from comments.models.comments import SiteComment
from core.undeletable import UndeletableModel
from pagecache.cache_tagged import CacheTagged, TaggedAsTable

# How many earlier comments of a writer are looked at.
MOST_HISTORY = 50
# Of what a rule or a reader saw, so much is kept.
LONGEST_FOUND = 200


class Rule(TaggedAsTable):
    """A rule: how a kind of comment is treated, and why, in words for its writer."""

    class Kind(models.TextChoices):
        NEWCOMER = "newcomer", "The first comments of somebody new"
        LINKS = "links", "More links than a number"
        WORDS = "words", "Words and phrases"
        DOMAINS = "domains", "Links to certain sites"
        REPEATED = "repeated", "The same text as another comment"
        SPEED = "speed", "Many comments in a short time"
        REJECTED = "rejected", "Writers whose comments were removed lately"
        WALLET = "wallet", "A wallet address"
        SEED_PHRASE = "seed_phrase", "Asking for a seed phrase or key"
        RECOVERY = "recovery", "Offers to recover lost coins"
        MESSENGER = "messenger", "Messenger handles"
        LOOKALIKE = "lookalike", "Names that look like the newsroom’s"

    class Action(models.TextChoices):
        REFUSE = "refuse", "Refuse it"
        HOLD = "hold", "Hold it for a moderator"
        FLAG = "flag", "Publish it and show it to a moderator"

    name = models.CharField(
        max_length=60, unique=True, help_text="Shown in the queue, such as: Wallet address."
    )
    kind = models.CharField("what it looks for", max_length=16, choices=Kind.choices)
    action = models.CharField(
        "what it does", max_length=8, choices=Action.choices, default=Action.HOLD
    )
    reason = models.CharField(
        "reason for the writer",
        max_length=200,
        help_text="Said to whoever wrote it. Such as: It holds a wallet address, and a moderator looks at those first.",
    )
    number = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(10_000)],
        help_text="How many first comments, links, or comments in the period; for removed comments, how many per cent.",
    )
    period = models.PositiveIntegerField(
        "period in minutes",
        null=True,
        blank=True,
        validators=[MaxValueValidator(60 * 24 * 365)],
        help_text="How far it looks back: for the same text, many comments, and removed ones.",
    )
    words = models.TextField(
        "words or sites",
        blank=True,
        max_length=20_000,
        help_text="One word, phrase or site a line. A * at the end of a word stands for any ending. "
        "Letters that only look alike, capitals and what stands between words make no difference.",
    )
    is_on = models.BooleanField("on", default=True)
    position = models.PositiveIntegerField(
        "order", default=0, help_text="Of several, the first that fits is named."
    )

    class Meta:
        ordering = ["position", "pk"]

    COUNTS = frozenset({Kind.NEWCOMER, Kind.LINKS, Kind.SPEED, Kind.REJECTED})
    LOOKS_BACK = frozenset({Kind.REPEATED, Kind.SPEED, Kind.REJECTED})
    OF_HISTORY = frozenset({Kind.NEWCOMER, Kind.SPEED})
    LISTS = frozenset({Kind.WORDS, Kind.DOMAINS})

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        errors = {}
        if self.kind in self.COUNTS and self.number is None:
            errors["number"] = "This kind needs a number."
        if (
            self.kind == self.Kind.REJECTED
            and self.number is not None
            and not 1 <= self.number <= 100
        ):
            errors["number"] = "Give per cent, from 1 to 100."
        if self.kind in self.OF_HISTORY and (self.number or 0) > MOST_HISTORY - 1:
            errors["number"] = (
                f"Give {MOST_HISTORY - 1} at most: no more earlier comments are looked at."
            )
        if self.kind in self.LOOKS_BACK and not self.period:
            errors["period"] = "Say how many minutes it looks back."
        if self.kind in self.LISTS and not self.words.strip():
            errors["words"] = "Give at least one line."
        if errors:
            raise ValidationError(errors)


class Flag(models.Model):
    """A reason for which a comment waits for a moderator. Settled, it stays for the statistics."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "approved"
        REMOVED = "removed", "removed"
        SPAM = "spam", "spam"

    comment = models.ForeignKey(
        SiteComment, on_delete=models.CASCADE, related_name="moderation_flags"
    )
    rule = models.ForeignKey(
        Rule, null=True, on_delete=models.SET_NULL, related_name="moderation_flags"
    )
    # As it was called at the time: a rule that is renamed or deleted leaves what it said.
    rule_name = models.CharField(max_length=60)
    found = models.CharField(max_length=LONGEST_FOUND, blank=True, help_text="What the rule saw.")
    # The moderator who works on it, so that two do not read the same.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True)
    action = models.CharField(max_length=8, choices=Rule.Action.choices)
    made_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment"],
                condition=models.Q(settled_at__isnull=True),
                name="flag_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(settled_at__isnull=True), name="flag_open"
            ),
            models.Index(fields=["made_at"], name="flag_by_time"),
        ]

    def __str__(self) -> str:
        return self.rule_name


class ModerationDecision(UndeletableModel):
    """A moderator’s decision on a comment, with its earlier state, so that it can be undone."""

    class Action(models.TextChoices):
        APPROVE = "approve", "approved"
        REMOVE = "remove", "removed"
        SPAM = "spam", "removed as spam"

    comment = models.ForeignKey(SiteComment, on_delete=models.CASCADE, related_name="decisions")
    action = models.CharField(max_length=8, choices=Action.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now, db_index=True)
    was_public = models.BooleanField()
    was_removed = models.BooleanField()
    flag = models.ForeignKey(Flag, null=True, on_delete=models.SET_NULL, related_name="+")
    # Decisions of one click are undone together.
    together = models.UUIDField(null=True, db_index=True)
    # The bans that came with it, each with what stood before it: see `bans.put_back`.
    bans = models.JSONField(null=True)
    # The reason that its writer was mailed.
    told = models.CharField(max_length=60, blank=True, db_default="")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.get_action_display()


class RemovalReason(models.Model):
    """A ready reason for a removal, mailed to whoever wrote the comment."""

    name = models.CharField(max_length=60, unique=True, help_text="Shown to moderators.")
    text = models.TextField(
        "what the writer is mailed",
        max_length=1_000,
        help_text="Plain text. The comment and its story are named above it.",
    )
    position = models.PositiveIntegerField("order", default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class CommenterNote(models.Model):
    """A note of moderators on somebody who comments. Readers never see it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    inbox = models.EmailField(blank=True, db_index=True)
    text = models.TextField("note", max_length=1_000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.text[:60]


class BulkModeration(models.Model):
    """Comments that the worker decides in batches, because they are too many for one request."""

    action = models.CharField(max_length=8, choices=ModerationDecision.Action.choices)
    together = models.UUIDField(default=uuid.uuid4, unique=True)
    comments = models.JSONField(help_text="Keys, in the order of work.")
    # Beside them, so that lists need not read them.
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.total} comments"


class Ban(models.Model):
    """A ban of an account, an e-mail address, a domain or a network, for a time or for good."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", "An account"
        ADDRESS = "address", "An e-mail address"
        DOMAIN = "domain", "Every address of a domain"
        NETWORK = "network", "A network address or network"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(
        max_length=254,
        help_text="User name, e-mail address, domain such as spam.example, "
        "or a network address such as 203.0.113.9 or 203.0.113.0/24.",
    )
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: for good.")
    reason = models.CharField(
        "reason for the writer",
        max_length=200,
        blank=True,
        db_default="",
        help_text="Said to whoever is banned. Such as: You advertised under several stories.",
    )
    note = models.CharField(max_length=200, blank=True, help_text="For moderators only.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="ban_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"


class FeaturedComment(CacheTagged):
    """The comment that the desk shows above all others under its story."""

    article = models.OneToOneField(
        Article, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    comment = models.OneToOneField(SiteComment, on_delete=models.CASCADE, related_name="featured")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Comment {self.comment_id}"

    def cache_tags(self) -> list[str]:
        return [f"article:{self.article_id}"]
