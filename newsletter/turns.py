"""When a letter goes out: its turns, one after another."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from newsletter.models import Issue, Letter, main_letter


def is_on(letter: Letter, weekday: int) -> bool:
    """Whether the letter goes out on that day of the week; Monday is 0."""
    if letter.rhythm == Letter.Rhythm.WEEKLY:
        return weekday == letter.weekday
    return letter.rhythm == Letter.Rhythm.DAILY or weekday < 5


def next_turn(letter: Letter, after: datetime) -> datetime:
    """The first turn after a moment."""
    days = (after.date() + timedelta(days=ahead) for ahead in range(9))
    turns = (datetime.combine(day, letter.send_at, tzinfo=UTC) for day in days if is_on(letter, day.weekday()))
    return next(turn for turn in turns if turn > after)


def with_the_paid_place(days: Collection[date]) -> set[date]:
    """Those of some days on which the letter that advertisers book is still to go out: two queries.

    By its rhythm, or because an issue of that day waits on the desk.
    """
    letter = Letter.objects.filter(carries_placement=True).first() or main_letter()
    if not letter.carries_placement:
        return set()
    issues = list(Issue.objects.filter(letter=letter, day__in=days).only("day", "status"))
    waiting = {issue.day for issue in issues if issue.may_be_edited}
    over = {issue.day for issue in issues} - waiting
    hours = {day: datetime.combine(day, letter.send_at, tzinfo=UTC) for day in days if is_on(letter, day.weekday())}
    return waiting | {day for day, hour in hours.items() if hour > timezone.now()} - over


def interval(letter: Letter) -> timedelta:
    """How far back the first issue of a letter looks."""
    return timedelta(days=7 if letter.rhythm == Letter.Rhythm.WEEKLY else 1)
