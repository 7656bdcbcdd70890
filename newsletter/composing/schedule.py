"""The schedule of a newsletter: its turns, one after another."""

from datetime import UTC, date, datetime, timedelta

from newsletter.models import Newsletter


def is_on(newsletter: Newsletter, weekday: int) -> bool:
    """Return whether the newsletter goes out on that day of the week; Monday is 0."""
    if newsletter.rhythm == Newsletter.Rhythm.WEEKLY:
        return weekday == newsletter.weekday
    return newsletter.rhythm == Newsletter.Rhythm.DAILY or weekday < 5


def turn_on(newsletter: Newsletter, day: date) -> datetime | None:
    return (
        datetime.combine(day, newsletter.send_at, tzinfo=UTC)
        if is_on(newsletter, day.weekday())
        else None
    )


def next_turn(newsletter: Newsletter, after: datetime) -> datetime:
    """The first turn after a moment."""
    turns = (turn_on(newsletter, after.date() + timedelta(days=ahead)) for ahead in range(9))
    return next(turn for turn in turns if turn and turn > after)


def interval(newsletter: Newsletter) -> timedelta:
    """Return how far back the first issue of a newsletter looks."""
    return timedelta(days=7 if newsletter.rhythm == Newsletter.Rhythm.WEEKLY else 1)
