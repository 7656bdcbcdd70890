"""When a letter goes out: its turns, one after another."""

from datetime import UTC, date, datetime, timedelta

from newsletter.models import Letter


def is_on(letter: Letter, weekday: int) -> bool:
    """Whether the letter goes out on that day of the week; Monday is 0."""
    if letter.rhythm == Letter.Rhythm.WEEKLY:
        return weekday == letter.weekday
    return letter.rhythm == Letter.Rhythm.DAILY or weekday < 5


def turn_on(letter: Letter, day: date) -> datetime | None:
    return datetime.combine(day, letter.send_at, tzinfo=UTC) if is_on(letter, day.weekday()) else None


def next_turn(letter: Letter, after: datetime) -> datetime:
    """The first turn after a moment."""
    turns = (turn_on(letter, after.date() + timedelta(days=ahead)) for ahead in range(9))
    return next(turn for turn in turns if turn and turn > after)


def interval(letter: Letter) -> timedelta:
    """How far back the first issue of a letter looks."""
    return timedelta(days=7 if letter.rhythm == Letter.Rhythm.WEEKLY else 1)
