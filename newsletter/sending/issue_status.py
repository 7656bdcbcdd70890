"""
The status of an issue, from draft to sent: its only writer.

Each step is one conditional statement, so of two who press a button at once one does it and the
other is told.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from newsletter.composing import contents
from newsletter.models import Delivery, Issue, Item, Newsletter, Subscription
from pagecache import invalidation

Status = Issue.Status
# What somebody has, or may have: one that is being sent cannot be called back.
GONE_OUT = (
    Delivery.Status.SENDING,
    Delivery.Status.SENT,
    Delivery.Status.UNCONFIRMED,
    Delivery.Status.BOUNCED,
)
PENDING = (Delivery.Status.QUEUED, Delivery.Status.SENDING)
NOTHING = "There is no story in it that readers may see. Put one in first."


def _move(issue: Issue, old: tuple[str, ...], new: str, **more: Any) -> bool:
    return Issue.objects.filter(pk=issue.pk, status__in=old).update(status=new, **more) == 1


def _refuse(issue: Issue) -> ValidationError:
    now = Issue.objects.get(pk=issue.pk)
    return ValidationError(
        f"Somebody was faster: this issue is “{now.get_status_display().lower()}” now."
    )


def day_if_sent(issue: Issue, at: datetime) -> date:
    """Return the day that an issue prints, and whose paid place it has: that on which it goes out,
    or for whose turn it was made.
    """
    day = issue.newsletter.day_of(at)
    return max(issue.newsletter.day_of(issue.turn_at), day) if issue.turn_at else day


def schedule(issue: Issue, at: datetime) -> None:
    """Have it sent at a time, or at once if that has come. Raises ValidationError, having changed
    nothing.
    """
    if contents.contents_of(issue).is_empty:
        raise ValidationError(NOTHING)
    day = day_if_sent(issue, at)
    if not _move(issue, (Status.DRAFT,), Status.SCHEDULED, send_at=at, day=day, note=""):
        raise _refuse(issue)


def back_to_draft(issue: Issue) -> None:
    if not _move(issue, (Status.SCHEDULED,), Status.DRAFT, send_at=None):
        raise _refuse(issue)


def skip(issue: Issue, why: str) -> None:
    """Say that this turn has no newsletter."""
    if not _move(issue, (Status.DRAFT, Status.SCHEDULED), Status.SKIPPED, note=why):
        raise _refuse(issue)


def pause(issue: Issue, why: str = "") -> None:
    """No mail leaves from the next one on."""
    if not _move(issue, (Status.SENDING,), Status.PAUSED, note=why):
        raise _refuse(issue)


def resume(issue: Issue) -> None:
    if not _move(
        issue, (Status.PAUSED,), Status.SENDING, note="", next_batch_at=None, failures=0, trouble=""
    ):
        raise _refuse(issue)


def cancel(issue: Issue) -> None:
    """Nobody else gets it. Whoever has it keeps it, and the archive goes on showing it."""
    with transaction.atomic():
        if not _move(
            issue, (Status.SENDING, Status.PAUSED), Status.CANCELLED, finished_at=timezone.now()
        ):
            raise _refuse(issue)
        count_sent(issue)
        # What nobody has got may be sent with another issue of the day.
        Issue.objects.filter(pk=issue.pk, sent_count=0).update(placement=None, creative=None)
        _show(issue)


def send_unconfirmed_again(issue: Issue) -> int:
    """Send it once more to those whose delivery is unconfirmed."""
    with transaction.atomic():
        if not _move(issue, (Status.SENT,), Status.SENDING, finished_at=None, next_batch_at=None):
            raise _refuse(issue)
        unconfirmed = Delivery.objects.filter(issue=issue, status=Delivery.Status.UNCONFIRMED)
        return unconfirmed.update(status=Delivery.Status.QUEUED, claim="", claimed_at=None)


def start(issue: Issue) -> bool:
    """Keep what is sent as it is now, and make a row for each recipient: all in one transaction, by
    one worker.
    """
    with transaction.atomic():
        locked = (
            Issue.objects.select_for_update(of=("self",))
            .select_related("newsletter", "creative")
            .get(pk=issue.pk)
        )
        if (
            locked.status != Status.SCHEDULED
            or locked.send_at is None
            or locked.send_at > timezone.now()
        ):
            return False
        shown = contents.contents_of(locked)
        if shown.is_empty:
            skip(locked, "Every story in it was withdrawn before its time.")
            return False
        _keep_as_sent(locked, shown)
        recipients = _make_rows(locked)
        _move(
            locked,
            (Status.SCHEDULED,),
            Status.SENDING,
            recipients=recipients,
            number=_next_number(locked),
        )
        _show(locked)
    return True


def _next_number(issue: Issue) -> int:
    """One after another: the newsletter’s row is the lock."""
    Newsletter.objects.select_for_update().get(pk=issue.newsletter_id)
    newest = Issue.objects.filter(newsletter=issue.newsletter_id).aggregate(newest=Max("number"))[
        "newest"
    ]
    return (newest or 0) + 1


def finish(issue: Issue) -> bool:
    """Once no mail is queued or being sent. True when this call did it."""
    with transaction.atomic():
        if Delivery.objects.filter(issue=issue, status__in=PENDING).exists():
            return False
        if not _move(issue, (Status.SENDING,), Status.SENT, finished_at=timezone.now()):
            return False
        count_sent(issue)
        _show(issue)
    return True


def open_again(issue: int, at: datetime) -> None:
    """An answer came after all, and a mail must be tried again: whoever ended the issue thought
    that none was left.
    """
    ended = Issue.objects.filter(pk=issue, status=Status.SENT)
    ended.update(status=Status.SENDING, finished_at=None, next_batch_at=at)


def count_sent(issue: Issue) -> None:
    gone = Delivery.objects.filter(issue=issue, status__in=GONE_OUT).count()
    Issue.objects.filter(pk=issue.pk).update(sent_count=gone)


def _show(issue: Issue) -> None:
    """Its archive, on every page that shows it."""
    invalidation.invalidate(*Issue.objects.get(pk=issue.pk).cache_tags())


def _keep_as_sent(issue: Issue, shown: contents.Contents) -> None:
    """Keep the issue readable as it was sent, whatever becomes of the stories’ words."""
    sponsor = shown.sponsor
    values = {
        "subject": shown.subject,
        "subject_of": None if issue.subject or shown.lead is None else shown.lead.article,
        "preheader": shown.preheader[:150],
        "prices": shown.prices.as_json() if shown.prices else [],
        "placement": sponsor.placement if sponsor else None,
        "creative": sponsor.creative if sponsor else None,
        "started_at": timezone.now(),
    }
    Issue.objects.filter(pk=issue.pk).update(**values)
    items = list(issue.items.select_related("article", "correction"))
    for item in items:
        item.headline = item.headline or item.article.title
        item.text = item.text or (
            item.correction.text if item.correction else item.article.standfirst
        )
    Item.objects.bulk_update(items, ["headline", "text"])


def _make_rows(issue: Issue) -> int:
    """One row for each who reads the newsletter now: one statement, however many they are."""
    readers = (
        Subscription.objects.to_be_sent()
        .filter(newsletter=issue.newsletter_id)
        .order_by("pk")
        .values("pk")
    )
    sql, params = readers.query.sql_with_params()
    table = connection.ops.quote_name(Delivery._meta.db_table)
    columns = "(issue_id, subscription_id, status, has_placement, claim, tries, answer)"
    insert = f"""INSERT INTO {table} {columns}
        SELECT %s, reader.*, 'queued', %s, '', 0, '' FROM ({sql}) AS reader WHERE 1 = 1 ON CONFLICT DO NOTHING"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(insert, [issue.pk, False, *params])
        return cursor.rowcount
