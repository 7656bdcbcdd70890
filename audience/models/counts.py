"""Sums of views: a few rows a page and day, however many readers there are."""

from django.db import models

from articles.models import Article
from audience.choices import FigureKind, SourceGroup


class Page(models.Model):
    """A page that readers opened. That of a story stays its page, wherever it moves."""

    key = models.CharField(max_length=310, unique=True)  # “story:5”, or its path
    path = models.CharField(max_length=300)
    story = models.OneToOneField(
        Article, null=True, on_delete=models.SET_NULL, related_name="audience_page"
    )
    # The sum of its days, so that lists of stories can be sorted by it.
    views = models.PositiveBigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return self.path


class RecentViews(models.Model):
    """Views in five minutes, by where they came from. Forgotten after hours."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    begins_at = models.DateTimeField(db_index=True)
    source = models.CharField(max_length=12, choices=SourceGroup.choices)
    views = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "begins_at", "source"], name="one_sum_of_page_and_minutes"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page}, {self.begins_at:%H:%M}: {self.views}"


class HourlyViews(models.Model):
    """Views in an hour of UTC. Kept for thirty days."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="hours")
    begins_at = models.DateTimeField(db_index=True)
    views = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "begins_at"], name="one_sum_of_page_and_hour")
        ]

    def __str__(self) -> str:
        return f"{self.page}, {self.begins_at:%d %b %H:%M}: {self.views}"


class DailyViews(models.Model):
    """Views and reading on a day of UTC. Kept for good."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(db_index=True)
    views = models.PositiveIntegerField()
    readers = models.PositiveIntegerField(help_text="Browsers that had not opened it that day.")
    seconds = models.PositiveBigIntegerField(help_text="With the page in sight and in use.")
    measured = models.PositiveIntegerField(help_text="Views whose reading was told.")
    half = models.PositiveIntegerField(help_text="Views that came to the middle of the text.")
    whole = models.PositiveIntegerField(help_text="Views that came to its end.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "day"], name="one_sum_of_page_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.page}, {self.day}: {self.views}"


class DailySource(models.Model):
    """Views of a page on a day, by where they came from. Kept for good."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sources")
    day = models.DateField(db_index=True)
    source = models.CharField(max_length=12, choices=SourceGroup.choices)
    views = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "day", "source"], name="one_sum_of_page_day_and_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page}, {self.day}, {self.source}: {self.views}"


class DailyFigure(models.Model):
    """Something of the whole publication on a day: a site, a search, a reason. So many words of a kind
    at most; the rest is one of them.
    """

    day = models.DateField(db_index=True)
    kind = models.CharField(max_length=12, choices=FigureKind.choices)
    word = models.CharField(max_length=100)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "kind", "word"], name="one_figure_of_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}, {self.kind}, {self.word}: {self.number}"


class DailyVisitors(models.Model):
    """The number of browsers that opened anything on a day that is over."""

    day = models.DateField(primary_key=True)
    visitors = models.PositiveIntegerField()
    views = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "audience"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.day}: {self.visitors}"


class MostRead(models.Model):
    """A place on the list of what is most read, as it was last worked out."""

    period = models.CharField(max_length=5)
    place = models.PositiveSmallIntegerField()
    story = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    readers = models.PositiveIntegerField()

    class Meta:
        ordering = ["period", "place"]
        constraints = [
            models.UniqueConstraint(fields=["period", "place"], name="one_story_of_a_place"),
            models.UniqueConstraint(fields=["period", "story"], name="one_place_of_a_story"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.place}: {self.story}"
