"""The calendar of stories: what came out, what is scheduled, planned or embargoed, day by day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from articles.models import Article
from articles.publishing import workflow
from articles.querysets import ArticleQuerySet
from core.clock import local_time

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_A_DAY = 40  # shown of one kind; the list has the rest
Status = Article.Status


@dataclass(frozen=True)
class Event:
    kind: str  # "live", "scheduled", "planned" or "embargo"
    article: Article
    at: datetime | None = None  # a plan has a day and no time

    @property
    def is_movable(self) -> bool:
        return self.kind in ("scheduled", "planned")


@dataclass
class Day:
    day: date
    events: list[Event] = field(default_factory=list)
    left_out: int = 0


def days(first: date, number: int) -> list[Day]:
    """The events of so many days, in the zone that is active. Three queries, along an index each."""
    begin, end = _begin_of(first), _begin_of(first + timedelta(days=number))
    now = timezone.now()
    stories = Article.objects.select_related("section", "assignee").defer("body", "search_text")
    out = stories.filter(status=Status.PUBLISHED, published_at__gte=begin, published_at__lt=end)
    found: dict[date, list[Event]] = defaultdict(list)
    for article in _at_most(out.order_by("published_at"), number):
        kind = "live" if article.published_at and article.published_at <= now else "scheduled"
        _add(found, Event(kind, article, article.published_at))
    unpublished = stories.filter(status__in=(Status.DRAFT, Status.IN_REVIEW), trashed_at=None)
    until = first + timedelta(days=number)
    planned = unpublished.filter(planned_for__gte=first, planned_for__lt=until)
    for article in _at_most(planned.order_by("planned_for", "pk"), number):
        _add(found, Event("planned", article))
    embargoed = unpublished.filter(embargoed_until__gte=begin, embargoed_until__lt=end)
    for article in _at_most(embargoed.order_by("embargoed_until"), number):
        _add(found, Event("embargo", article, article.embargoed_until))
    return [_day(first + timedelta(days=ahead), found) for ahead in range(number)]


def _at_most(stories: ArticleQuerySet, number: int) -> Iterable[Article]:
    return stories[: MOST_A_DAY * number]


def _add(found: dict[date, list[Event]], event: Event) -> None:
    day = timezone.localtime(event.at).date() if event.at else event.article.planned_for
    if day is not None:
        found[day].append(event)


def _day(day: date, found: dict[date, list[Event]]) -> Day:
    events = sorted(found[day], key=lambda event: (event.at is None, event.at or _begin_of(day)))
    return Day(day, events[:MOST_A_DAY], max(0, len(events) - MOST_A_DAY))


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def move(article: Article, since: date, to: date, by: "User") -> Article:
    """Move a scheduled or planned story from the day `since` to another, at the same time of the
    clock. Raises ValidationError for what cannot be, PermissionDenied for who may not.
    """
    with transaction.atomic():
        locked = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
        if locked.trashed_at:
            raise ValidationError("This story is in the trash. Restore it first.")
        if locked.status == Status.PUBLISHED and locked.published_at:
            at = timezone.localtime(locked.published_at)
            _check_still_on(since, at.date(), locked)
            if locked.published_at <= timezone.now():
                raise ValidationError(
                    f"“{locked.title}” is published. Its date is changed in its form."
                )
            moved = timezone.make_aware(datetime.combine(to, at.time()))
            if moved <= timezone.now():
                raise ValidationError("That time is past. To publish it now, open the story.")
            return workflow.publish(locked, by, at=moved)
        _check_still_on(since, locked.planned_for, locked)
        _check_embargo(locked, to)
        locked.planned_for = to
        locked.save(update_fields=["planned_for", "changed_at"])
        return locked


def _check_still_on(since: date, now: date | None, article: Article) -> None:
    if since != now:
        raise ValidationError(
            f"Somebody moved “{article.title}” meanwhile. It is where they put it."
        )


def _check_embargo(article: Article, day: date) -> None:
    ends = article.embargoed_until
    if ends and timezone.localtime(ends).date() > day:
        raise ValidationError(f"The embargo of “{article.title}” ends on {local_time(ends)}.")
