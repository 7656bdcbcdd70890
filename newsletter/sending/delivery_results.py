"""Results of deliveries, written into their rows; and what they mean for the address."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from newsletter.models import Delivery
from newsletter.sending import issue_status
from newsletter.sending.transport import Accepted, Outcome, Refused, TransportError
from newsletter.subscribing import suppression

MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=5)

Status = Delivery.Status


def note(delivery: Delivery, outcome: Outcome, claim: str) -> None:
    """Write what came of a mail into its row, and what it means for the address."""
    now = timezone.now()
    row = Delivery.objects.filter(pk=delivery.pk, claim=claim)
    if isinstance(outcome, Accepted):
        row.update(
            status=Status.SENT, sent_at=now, provider_id=outcome.provider_id or None, answer=""
        )
        if not outcome.provider_id:  # A provider takes everything, and says later what came of it.
            suppression.note_accepted(delivery)
    elif isinstance(outcome, TransportError):
        _note_error(row, outcome)
    elif isinstance(outcome, Refused):
        _note_refusal(delivery, row, outcome, now)
    else:
        row.filter(status=Status.QUEUED).update(claim="", claimed_at=None)


def _note_error(row: Any, error: TransportError) -> None:
    """Nobody loses a try."""
    if error.is_unsure:
        row.update(status=Status.UNCONFIRMED, answer=error.answer)
    else:
        row.update(status=Status.QUEUED, claim="", claimed_at=None, answer=error.answer)


def _note_refusal(delivery: Delivery, row: Any, refused: Refused, now: datetime) -> None:
    is_last = refused.is_for_good or delivery.tries + 1 >= MOST_TRIES
    if refused.is_for_good:
        row.update(status=Status.REFUSED, tries=delivery.tries + 1, answer=refused.answer)
    else:
        _try_later(delivery, row, refused.answer, now)
    if is_last:
        suppression.note_refused(delivery, refused)


def _try_later(delivery: Delivery, row: Any, answer: str, now: datetime) -> None:
    """Ever later, and in the end not any more."""
    tries = delivery.tries + 1
    if tries >= MOST_TRIES:
        row.update(status=Status.FAILED, tries=tries, answer=answer)
        return
    later = now + FIRST_WAIT * 2 ** (tries - 1)
    row.update(
        status=Status.QUEUED,
        claim="",
        claimed_at=None,
        tries=tries,
        next_try_at=later,
        answer=answer,
    )
    issue_status.open_again(delivery.issue_id, later)
