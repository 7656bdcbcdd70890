"""
Subscribers as CSV, in and out, with their consent.

Out: a line for each subscription, in the columns of `COLUMNS`; it can be taken in again. In: any
file with a column of addresses; each line that is not taken says why.
"""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django_tasks import task

from core.spreadsheets import as_csv
from newsletter.models import Newsletter, SubscriberImport, Subscription
from newsletter.subscribing import by_hand
from newsletter.subscribing.line_states import LineState, state_of

COLUMNS = (
    "email", "newsletter", "status", "source", "consent", "asked_at", "confirmed_at",
    "unsubscribed_at", "not_written_to", "tags",
)  # fmt: skip
MOST_LINES = 20_000
MOST_BYTES = 10 * 1024 * 1024
# What other programs call these columns.
_ALIASES = {
    "email": ("email", "e-mail", "email address", "e-mail address", "address", "mail"),
    "newsletter": ("newsletter", "newsletters", "list", "lists"),
    "status": ("status", "state", "subscription_status", "subscription status"),
    "consent": ("consent", "proof", "source", "optin source"),
    "confirmed_at": (
        "confirmed_at", "confirm_time", "optin_time", "created_at", "created at", "subscribed_at",
        "subscription date", "date",
    ),
    "left_at": ("unsubscribed_at", "unsub_time"),
    "cleaned_at": ("clean_time",),
    "wants_mail": ("subscribed_to_emails",),
    "mail_is_off": ("email_disabled",),
    "not_written_to": ("not_written_to",),
    "tags": ("tags", "labels"),
}  # fmt: skip


def lines(subscriptions: QuerySet[Subscription]) -> Iterator[str]:
    """The lines of a file, with the mark that spreadsheets want. Read in pieces."""
    rows = subscriptions.select_related("subscriber", "newsletter").prefetch_related(
        "subscriber__tags"
    )
    found = rows.order_by("pk").iterator(chunk_size=1_000)
    return as_csv(itertools.chain([COLUMNS], map(_row, found)))


def _row(each: Subscription) -> list[str]:
    moments = (each.asked_at, each.confirmed_at, each.unsubscribed_at)
    return [
        each.subscriber.email,
        each.newsletter.slug,
        each.status,
        each.source,
        each.consent_text,
        *(moment.isoformat(timespec="seconds") if moment else "" for moment in moments),
        each.subscriber.suppressed_because,
        ", ".join(tag.name for tag in each.subscriber.tags.all()),
    ]


def take_in_later(data: bytes, newsletter: Newsletter, proof: str, by: Any) -> SubscriberImport:
    """Have the worker take a file in. Raises ValidationError where it is no such file."""
    _parsed(data)
    found = SubscriberImport.objects.create(newsletter=newsletter, proof=proof, data=data, by=by)
    transaction.on_commit(lambda: work.enqueue(found.pk))
    return found


@task()
def work(pk: int) -> None:
    """Take a file in, and forget it. Run twice, what the first run added was had already."""
    found = SubscriberImport.objects.select_related("newsletter").get(pk=pk)
    if found.ended_at:
        return
    report, refused = Report(), ""
    try:
        report = take_in(bytes(found.data), found.newsletter, found.proof)
    except ValidationError as error:
        refused = error.messages[0]
    SubscriberImport.objects.filter(pk=pk).update(
        data=b"", ended_at=timezone.now(), refused=refused, report=asdict(report)
    )


@dataclass
class Report:
    """The result of a file. Lines are counted as a person counts them, the header being 1."""

    added: int = 0
    had_already: int = 0
    kept_out: int = 0  # left, bounced or complained there, and so not written to from here
    skipped: list[tuple[int, str, str]] = field(default_factory=list)  # line, address, reason
    columns_not_used: list[str] = field(default_factory=list)


def take_in(
    data: bytes, newsletter: Newsletter, proof: str, *, most_lines: int = MOST_LINES
) -> Report:
    """Subscribe everybody in a file, and keep out whom it says has left. Lines with a newsletter of
    their own go to that. Raises ValidationError where it is no such file, having changed nothing.
    """
    rows, columns, unused = _parsed(data, most_lines)
    report = Report(columns_not_used=unused)
    by_slug = {each.slug: each for each in Newsletter.objects.all()}
    for number, row in enumerate(rows, start=2):
        values = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        if any(values.values()):
            _take(number, values, newsletter, by_slug, proof, report)
    return report


def _parsed(
    data: bytes, most_lines: int = MOST_LINES
) -> tuple[list[list[str]], dict[str, int], list[str]]:
    """The lines below the header, where our columns stand, and the columns that are not understood."""
    rows = list(_rows(_text(data, most_lines)))
    if not rows:
        raise ValidationError("The file is empty.")
    if len(rows) - 1 > most_lines:
        raise ValidationError(
            f"The file has {len(rows) - 1:,} lines. {most_lines:,} at a time: cut it in pieces."
        )
    return rows[1:], *_columns(rows[0])


def _take(
    number: int,
    values: dict[str, str],
    newsletter: Newsletter,
    by_slug: dict[str, Newsletter],
    proof: str,
    report: Report,
) -> None:
    address = values.get("email", "")
    slug = values.get("newsletter", "")
    wanted = by_slug.get(slug, newsletter if not slug else None)
    state = state_of(values)
    if state == LineState.UNKNOWN:
        report.skipped.append((number, address, f"Its status is “{values['status'][:40]}”."))
    elif wanted is None:
        report.skipped.append((number, address, f"There is no newsletter “{slug[:40]}”."))
    else:
        try:
            if state == LineState.SUBSCRIBED:
                _subscribe(values, wanted, proof, report)
            else:
                by_hand.keep_out(
                    address, wanted, _consent(values, proof), state, at=_time_of_leaving(values)
                )
                report.kept_out += 1
        except ValidationError as error:
            report.skipped.append((number, address[:80], error.messages[0]))


def _subscribe(values: dict[str, str], newsletter: Newsletter, proof: str, report: Report) -> None:
    address = values["email"]
    had = Subscription.objects.filter(
        subscriber__email=address.lower(), newsletter=newsletter, status="confirmed"
    )
    if had.exists():
        report.had_already += 1
        return
    by_hand.add(
        address,
        [newsletter],
        _consent(values, proof),
        source="import",
        at=_moment(values.get("confirmed_at", "")),
        # Mailchimp writes them in quotes.
        tags=values.get("tags", "").replace('"', "").split(","),
    )
    report.added += 1


def _consent(values: dict[str, str], proof: str) -> str:
    said = values.get("consent", "")
    return said if len(said) >= by_hand.SHORTEST_PROOF else proof


def _time_of_leaving(values: dict[str, str]) -> datetime | None:
    return _moment(values.get("left_at", "") or values.get("cleaned_at", ""))


def _text(data: bytes, most_lines: int) -> str:
    most_bytes = MOST_BYTES * (most_lines // MOST_LINES)
    if len(data) > most_bytes:
        raise ValidationError(
            f"The file is larger than {most_bytes // 1024**2} MB: cut it in pieces."
        )
    is_wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-8-sig", "utf-16" if is_wide else "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError("The file is no text.")


def _rows(text: str) -> Iterable[list[str]]:
    if "\x00" in text:
        raise ValidationError("The file is no CSV.")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error as error:
        raise ValidationError("The file is no CSV.") from error


def _columns(header: list[str]) -> tuple[dict[str, int], list[str]]:
    """The position of each column of ours, and the names of those that are not understood."""
    found: dict[str, int] = {}
    unused = []
    for at, name in enumerate(header):
        spelled = " ".join(name.strip().lower().split())
        ours = next((each for each, names in _ALIASES.items() if spelled in names), "")
        if ours and ours not in found:
            found[ours] = at
        elif spelled:
            unused.append(name.strip()[:60])
    if "email" not in found:
        raise ValidationError("The first line names no column of addresses, such as “email”.")
    return found, unused


def _moment(typed: str) -> datetime | None:
    """Raises ValidationError for what is no time, or one to come."""
    if not typed:
        return None
    try:
        moment = parse_datetime(typed)
        if moment is None and (day := parse_date(typed)):
            moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    except ValueError:
        moment = None
    if moment is None:
        raise ValidationError(f"“{typed[:40]}” is no time, such as 2026-05-03 or 2026-05-03 10:00.")
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    if moment > timezone.now():
        raise ValidationError("Its time of consent is in the future.")
    return moment
