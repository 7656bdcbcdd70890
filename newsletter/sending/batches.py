"""
Sends what is due: in slices, by any number of workers, at a set rate.

A worker reserves queued rows, marks each as sending right before it hands the mail over, and notes
the answer. Rows that a killed worker had reserved are taken by another; the one that it had marked
is unconfirmed, and nobody sends it again unless the desk says so.
"""

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from core import mail
from newsletter.composing import contents, issue_mails, rendering
from newsletter.models import Delivery, Issue, SendRate
from newsletter.models.issues import IssueQuerySet
from newsletter.sending import delivery_results, issue_status
from newsletter.sending.transport import Accepted, Outcome, Refused, Transport, TransportError

SLICE = 5.0  # seconds, so that a worker’s other jobs wait no longer
BATCH = 50
BATCH_TAKES = 10.0  # seconds at most; what is left of it then is given back
LEASE = timedelta(seconds=30)  # of a worker’s claim; then it is another’s to take
BACK_OFF = (10, 30, 60, 120, 300)  # seconds, when the mail server is away
# “later” to so many in a row: the server wants us to slow down; “no” to so many: it is about us
MOST_IN_A_ROW = 10
FEWEST_OF_ALL = (
    3  # of whom none took it, and the last heard “no”: so it is about us in a short list
)

REFUSED = (
    "The mail server refuses everybody: {} Mend it, then go on; the last of them are tried again."
)
UNANSWERED = "The worker ended before the mail server answered."
EMPTIED = "Every story in it was withdrawn. Cancel it, or bring one back and go on."

Status = Delivery.Status


def has_work() -> bool:
    """Return whether something is due. A look into each of two small indexes."""
    return _due().exists() or _going().exists()


def _due() -> IssueQuerySet:
    return Issue.objects.filter(status=Issue.Status.SCHEDULED, send_at__lte=timezone.now())


def _going() -> IssueQuerySet:
    """Those that do not wait for a server that is in trouble, or wants patience."""
    may_go = Q(next_batch_at=None) | Q(next_batch_at__lte=timezone.now())
    return Issue.objects.filter(may_go, status=Issue.Status.SENDING)


@task()
def send_some() -> int:
    """One slice of whatever is due. Returns how many mails were accepted."""
    for issue in _due():
        issue_status.start(issue)
    give_up_unanswered()
    until = time.monotonic() + SLICE
    accepted = 0
    # In no order, so that a long one does not keep the others waiting.
    for issue in _going().select_related("newsletter", "creative", "subject_of").order_by("?"):
        accepted += _Slice(issue, until).run()
        _end_or_wait(issue)
    if time.monotonic() >= until and has_work() and not _is_waiting():
        send_some.enqueue()
    return accepted


def _is_waiting() -> bool:
    return DBTaskResult.objects.filter(task_path=send_some.module_path, status="READY").exists()


def give_up_unanswered() -> int:
    """Say that deliveries whose worker was killed are unconfirmed. Returns how many."""
    unanswered = Delivery.objects.filter(
        status=Status.SENDING, claimed_at__lt=timezone.now() - LEASE
    )
    return unanswered.update(status=Status.UNCONFIRMED, answer=UNANSWERED)


def _end_or_wait(issue: Issue) -> None:
    """Finish the issue after a slice, or wait: for later mails, or for a server that took none."""
    mails = Delivery.objects.filter(issue=issue)
    if mails.filter(status__in=issue_status.PENDING).exists():
        _wait_for_next(issue)
    elif (run := _run_of_refusals(issue)) >= FEWEST_OF_ALL:
        last = mails.filter(status=Status.REFUSED).order_by("-claimed_at").first()
        if last is not None and not mails.filter(status__in=issue_status.GONE_OUT).exists():
            _refused_by_all(issue, run, last.answer)
            return
    issue_status.finish(issue)


def _run_of_refusals(issue: Issue) -> int:
    """To how many in a row the server said “no” for no reason of their own, whichever worker heard
    it.
    """
    return Issue.objects.values_list("refused_in_a_row", flat=True).get(pk=issue.pk)


def _refused_by_all(issue: Issue, run: int, answer: str) -> None:
    """It is about us, not about so many readers: they wait, and the desk is told."""
    refused = Delivery.objects.filter(issue=issue, status=Status.REFUSED).order_by("-claimed_at")
    last = list(refused.values_list("pk", flat=True)[:run])
    Delivery.objects.filter(pk__in=last, status=Status.REFUSED).update(
        status=Status.QUEUED, claim="", claimed_at=None
    )
    Issue.objects.filter(pk=issue.pk).update(refused_in_a_row=0)
    _pause(issue, REFUSED.format(answer)[:300])


def _pause(issue: Issue, why: str) -> None:
    """Unless somebody did so, or cancelled it, a moment ago."""
    with suppress(ValidationError):
        issue_status.pause(issue, why)


def _wait_for_next(issue: Issue) -> None:
    """Set when somebody looks again, where all that is left was asked to wait."""
    left = Delivery.objects.filter(issue=issue, status=Status.QUEUED)
    if left.exists() and not left.filter(_may_try(timezone.now())).exists():
        soonest = left.aggregate(soonest=Min("next_try_at"))["soonest"]
        Issue.objects.filter(pk=issue.pk).update(next_batch_at=soonest)


def _may_try(now: datetime) -> Q:
    return Q(next_try_at=None) | Q(next_try_at__lte=now)


def _is_free(now: datetime) -> Q:
    """Reserved by nobody, or by a worker that has not come back to it."""
    return Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE)


@dataclass
class _Slice:
    """One worker’s turn at one issue."""

    issue: Issue
    until: float
    claim: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    accepted: int = 0
    # Answers that are written together with the next mark: one transaction a mail.
    unwritten: list[tuple[Delivery, Outcome]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.is_in_run = bool(self.issue.refused_in_a_row or self.issue.later_in_a_row)

    def run(self) -> int:
        """Return how many mails were accepted."""
        self.transport = Transport()
        variants: dict[bool, rendering.Rendered] = {}
        try:
            while time.monotonic() < self.until and self._reserve():
                self._write()
                batch = self._take()
                if not batch:
                    break
                if not variants:
                    shown = contents.contents_of(self.issue)
                    if shown.is_empty:
                        self._give_back(batch)
                        _pause(self.issue, EMPTIED)
                        break
                    variants = rendering.variants(shown)
                    self.sender = mail.sender(self.issue.newsletter.sender_name)
                if not self._send(batch, variants):
                    break
        finally:
            self._write()
            self.transport.close()
        return self.accepted

    # --- What is whose ----------------------------------------------------------------------

    def _reserve(self) -> bool:
        """The set rate, for all workers and issues together: each batch moves the moment of the
        next. Waits for it.

        False when the issue is not sent any more, or the time is up.
        """
        rate: int = settings.MAILS_PER_SECOND
        while rate and not _moved_pace(timedelta(seconds=self._size / rate)):
            if time.monotonic() >= self.until:
                return False
            time.sleep(0.02)
        return _going().filter(pk=self.issue.pk).exists()

    @property
    def _size(self) -> int:
        rate: int = settings.MAILS_PER_SECOND
        return max(1, min(BATCH, rate // 4)) if rate else BATCH

    def _take(self) -> list[Delivery]:
        """Claim the next rows. Each is locked as it is read and claimed in the same transaction: no
        two workers’.
        """
        now = timezone.now()
        free = _may_try(now) & _is_free(now)
        waiting = Delivery.objects.filter(free, issue=self.issue, status=Status.QUEUED).order_by(
            "pk"
        )
        with transaction.atomic():
            # Read first: as a part of the UPDATE, PostgreSQL may ask for them again for every row,
            # and claim them all.
            rows = list(
                waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[
                    : self._size
                ]
            )
            # Asked again: SQLite knows no locked rows, and another may have been faster.
            claimed = Delivery.objects.filter(_is_free(now), pk__in=rows, status=Status.QUEUED)
            if not claimed.update(claim=self.claim, claimed_at=now):
                return []
        mine = self._reserved(rows)
        found = list(mine.select_related("subscription__subscriber").order_by("pk"))
        gone = [delivery.pk for delivery in found if not _is_subscribed(delivery)]
        self._reserved(gone).update(status=Status.UNSUBSCRIBED)
        return [delivery for delivery in found if delivery.pk not in gone]

    def _reserved(self, rows: list[int]) -> QuerySet[Delivery]:
        """Those of these rows that are this turn’s still, and were not handed over."""
        return Delivery.objects.filter(pk__in=rows, claim=self.claim, status=Status.QUEUED)

    def _give_back(self, batch: list[Delivery]) -> None:
        self._reserved([each.pk for each in batch]).update(claim="", claimed_at=None)

    # --- One mail after another ----------------------------------------------------------------

    def _send(self, batch: list[Delivery], variants: dict[bool, rendering.Rendered]) -> bool:
        """False when this slice should end: the server is in trouble, or somebody stopped the
        issue.
        """
        began = time.monotonic()
        for number, delivery in enumerate(batch):
            if time.monotonic() - began > BATCH_TAKES:
                self._give_back(batch[number:])
                return True
            message = issue_mails.compose(self.issue, delivery, variants, self.sender)
            mark = partial(self._mark, delivery, variants[True].has_placement)
            outcome = self.transport.hand_over(message, mark)
            self.unwritten.append((delivery, outcome))
            if isinstance(outcome, Accepted):
                self.accepted += 1
            if self._must_stop(delivery, outcome):
                self._give_back(batch[number + 1 :])
                return False
        return True

    def _mark(self, delivery: Delivery, has_placement: bool) -> bool:
        """The row is still ours, and the issue still being sent. Written with the answer before
        it.
        """
        with transaction.atomic():
            written = self._note_all()
            going = Issue.objects.filter(pk=self.issue.pk, status=Issue.Status.SENDING)
            mine = self._reserved([delivery.pk]).filter(issue__in=going)
            marked = {"claimed_at": timezone.now(), "answer": "", "has_placement": has_placement}
            is_marked = mine.update(status=Status.SENDING, **marked) == 1
        # Not before that is committed: answers that are rolled back with it are written later.
        del self.unwritten[:written]
        return is_marked

    def _must_stop(self, delivery: Delivery, outcome: Outcome) -> bool:
        """Return whether this slice should end, having written what came of its mails."""
        if isinstance(outcome, TransportError):
            self._write()
            self._back_off(outcome.answer)
            return True
        if outcome is None:
            self._write()
            return not Issue.objects.filter(pk=self.issue.pk, status=Issue.Status.SENDING).exists()
        if not isinstance(outcome, Refused) or outcome.is_no_such_address:
            self._end_run()
            return False
        run = self._longer_run("refused_in_a_row" if outcome.is_for_good else "later_in_a_row")
        if run < MOST_IN_A_ROW:
            return False
        if outcome.is_for_good:
            _refused_by_all(self.issue, run, outcome.answer)
        else:
            self._back_off(outcome.answer)
        return True

    def _longer_run(self, of: str) -> int:
        """One more that was refused or put off, after those of earlier slices and of other workers:
        how many.
        """
        self._write()
        self.is_in_run = True
        mine = Issue.objects.filter(pk=self.issue.pk)
        mine.update(**{of: F(of) + 1})
        return int(mine.values_list(of, flat=True).get())

    def _end_run(self) -> None:
        if self.is_in_run:
            Issue.objects.filter(pk=self.issue.pk).update(refused_in_a_row=0, later_in_a_row=0)
            self.is_in_run = False

    def _back_off(self, answer: str) -> None:
        """Leave the server alone for a while, longer each time."""
        wait = BACK_OFF[min(self.issue.failures, len(BACK_OFF) - 1)]
        Issue.objects.filter(pk=self.issue.pk).update(
            failures=F("failures") + 1,
            later_in_a_row=0,
            trouble=answer[:300],
            next_batch_at=timezone.now() + timedelta(seconds=wait),
        )

    # --- What came of it ------------------------------------------------------------------------

    def _write(self) -> None:
        if not self.unwritten:
            return
        with transaction.atomic():
            written = self._note_all()
        del self.unwritten[:written]

    def _note_all(self) -> int:
        """Return how many results were written, within a transaction of the caller’s."""
        for delivery, outcome in self.unwritten:
            delivery_results.note(delivery, outcome, self.claim)
        if self.issue.failures and any(
            isinstance(outcome, Accepted) for _, outcome in self.unwritten
        ):
            Issue.objects.filter(pk=self.issue.pk).update(failures=0, trouble="")
            self.issue.failures = 0
        return len(self.unwritten)


def _is_subscribed(delivery: Delivery) -> bool:
    subscription = delivery.subscription
    if subscription is None or subscription.status != "confirmed":
        return False
    return not subscription.subscriber.suppressed_because


def _moved_pace(step: timedelta) -> bool:
    """Return whether the next batch may leave now: one statement, so that one worker may at a
    time.
    """
    now = timezone.now()
    if SendRate.objects.filter(pk=1, next_at__lte=now).update(next_at=now + step):
        return True
    _, is_first = SendRate.objects.get_or_create(pk=1, defaults={"next_at": now + step})
    return is_first
