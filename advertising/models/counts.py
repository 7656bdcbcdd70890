"""Counts of offers, impressions, viewable impressions and clicks, with reasons for what does not
count. Never deleted.
"""

from django.db import models
from django.db.models import Q

from advertising.models.advertisers import Advertiser
from advertising.models.placements import Placement
from core.undeletable import UndeletableModel


class Action(models.TextChoices):
    """An event of a placement on a page, in this order. Each is counted apart from the others."""

    OFFERED = "offered", "Served"  # our answer to a page held it
    RENDERED = "rendered", "Impressions"  # a browser put it into the page
    VIEWABLE = (
        "viewable",
        "Viewable impressions",
    )  # half of it, 30 % of a large one, was on the screen for a second
    CLICKED = "clicked", "Clicks"


class DailyCount(UndeletableModel):
    """A line of the ledger. Lines without a reason are billable; gross is the sum of all lines of
    an action.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="counts")
    slot = models.CharField(max_length=20)
    day = models.DateField()  # of UTC
    action = models.CharField(max_length=10, choices=Action.choices)
    reason = models.CharField(
        max_length=20, blank=True, help_text="Why it does not count; empty: it does."
    )
    number = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["-day", "placement", "slot", "action", "reason"]
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "day", "slot", "action", "reason"],
                name="one_line_of_the_ledger",
            )
        ]
        indexes = [models.Index(fields=["day", "placement"], name="daily_counts_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.slot} {self.action} {self.reason or 'billable'}: {self.number}"


class PageCount(UndeletableModel):
    """On which pages a placement was shown, seen and clicked over its whole run: what is billable
    alone.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="page_counts")
    page = models.CharField(max_length=300)
    action = models.CharField(max_length=10, choices=Action.choices)
    number = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "page", "action"], name="one_count_of_page_and_action"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.action}: {self.number}"


class UsedToken(models.Model):
    """That a token was used for an action: it cannot be once more. Forgotten with the salt of its
    day.
    """

    nonce = models.CharField(max_length=16)
    action = models.CharField(max_length=10, choices=Action.choices)
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(db_index=True)
    person = models.CharField(
        max_length=22, help_text="A digest that nobody can trace once its day is over."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nonce", "action"], name="a_token_counts_once")
        ]

    def __str__(self) -> str:
        return f"{self.nonce} {self.action}"


class NetworkCount(models.Model):
    """The number that one network added to the bill of a placement on a day, so that one machine cannot be an
    audience. Forgotten with the salt of its day.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(db_index=True)
    action = models.CharField(max_length=10, choices=Action.choices)
    network = models.CharField(
        max_length=22, help_text="A digest that nobody can trace once its day is over."
    )
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "network", "day", "action"],
                name="one_count_of_a_network_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.action}: {self.number}"


class DailyReach(UndeletableModel):
    """The number of browsers that were shown a placement on a day."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="reach")
    day = models.DateField()
    people = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "day"], name="one_reach_of_placement_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.people}"


class DailyAudience(UndeletableModel):
    """The number of browsers that saw anything that we count on a day, for the media kit."""

    day = models.DateField(primary_key=True)
    browsers = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day}: {self.browsers}"


class TrafficAnomaly(models.Model):
    """Something about the counts of a day that a person should look at."""

    placement = models.ForeignKey(
        Placement,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="None: of a whole position.",
    )
    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=20)
    sentence = models.CharField(max_length=300)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-day", "placement"]
        verbose_name_plural = "odd traffic"
        constraints = [
            models.UniqueConstraint(
                fields=["placement", "day", "kind"], name="one_alarm_of_a_kind_and_day"
            ),
            models.UniqueConstraint(
                fields=["day", "kind"],
                condition=Q(placement=None),
                name="one_alarm_of_a_position_and_day",
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class SentReport(UndeletableModel):
    """That figures were mailed: of a week to an advertiser, or of a whole run. Each is sent
    once.
    """

    advertiser = models.ForeignKey(Advertiser, on_delete=models.PROTECT, related_name="+")
    placement = models.ForeignKey(Placement, null=True, on_delete=models.PROTECT, related_name="+")
    until = models.DateField(help_text="The last day that was reported.")
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["advertiser", "until"],
                condition=Q(placement=None),
                name="one_report_of_a_week",
            ),
            models.UniqueConstraint(
                fields=["placement"],
                condition=Q(placement__isnull=False),
                name="one_report_of_a_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advertiser}: {self.placement or 'week'} until {self.until}"
