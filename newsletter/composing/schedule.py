"""The schedule of a newsletter: its turns, one after another."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.models import Newsletter


def is_on(newsletter: Newsletter, weekday: int) -> bool:
    """Return whether the newsletter goes out on that day of the week; Monday is 0."""
    if newsletter.rhythm == Newsletter.Rhythm.WEEKLY:
        return weekday == newsletter.weekday
    return newsletter.rhythm == Newsletter.Rhythm.DAILY or weekday < 5


def turn_on(newsletter: Newsletter, day: date) -> datetime | None:
    """The moment of its hour on a day; an hour that daylight saving leaves out comes an hour later."""
    if not is_on(newsletter, day.weekday()):
        return None
    zone = ZoneInfo(newsletter.time_zone)
    return datetime.combine(day, newsletter.send_at, tzinfo=zone).astimezone(UTC)


def midnight(newsletter: Newsletter, day: date) -> datetime:
    """The moment at which a day begins for readers of the newsletter."""
    return datetime.combine(day, time(0), tzinfo=ZoneInfo(newsletter.time_zone)).astimezone(UTC)


def next_turn(newsletter: Newsletter, after: datetime) -> datetime:
    """The first turn after a moment."""
    first = newsletter.day_of(after)
    turns = (turn_on(newsletter, first + timedelta(days=ahead)) for ahead in range(9))
    return next(turn for turn in turns if turn and turn > after)


def interval(newsletter: Newsletter) -> timedelta:
    """Return how far back the first issue of a newsletter looks."""
    return timedelta(days=7 if newsletter.rhythm == Newsletter.Rhythm.WEEKLY else 1)
