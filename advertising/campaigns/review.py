"""The only writer of a placement’s status: submitted, approved, sent back or rejected."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from advertising.billing import availability, credit_notes, rates
from advertising.campaigns import campaign_mails, checks, disclosures, pinning, sponsored_articles
from advertising.models import Placement, Product, ReviewDecision, Step

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Placement.Status

# From which status a placement may come to each.
ALLOWED = {
    Status.SUBMITTED: {Status.DRAFT, Status.CHANGES, Status.APPROVED, Status.SUBMITTED},
    Status.APPROVED: {Status.SUBMITTED},
    Status.CHANGES: {Status.SUBMITTED},
    Status.REJECTED: {Status.SUBMITTED, Status.CHANGES},
}


def submit(placement: Placement, by: "User | None") -> Placement:
    """Put the newest version in the desk’s queue. What was approved before stays live until a
    decision.
    """
    with transaction.atomic():
        # Locked before it is read: what is checked is what is sent, whoever writes at the same
        # time.
        locked = (
            Placement.objects.select_for_update(of=("self",))
            .select_related("advertiser")
            .get(pk=placement.pk)
        )
        newest = locked.latest_creative
        if newest is None:
            raise ValidationError("Add what readers should see first.")
        if locked.is_over:
            raise ValidationError("It has ended, so there is nothing to submit any more.")
        if missing := [*locked.missing(), *newest.missing()]:
            raise ValidationError(missing)
        availability.refuse_if_full(locked)
        newest.disclosure = disclosures.sentence(locked, newest) or newest.disclosure
        newest.findings = checks.as_data(checks.check(newest))
        newest.submitted_at = newest.submitted_at or timezone.now()
        newest.save(update_fields=["disclosure", "findings", "submitted_at"])
        return _decide(placement, Status.SUBMITTED, by)


def approve(
    placement: Placement, by: "User | None", version: int | None = None, *, has_looked: bool = True
) -> Placement:
    """Pin a version, the newest by default: from now on readers see that copy and no other.

    `version` is what the editor looked at; a newer one that arrived meanwhile is refused. So is one
    in which the checks found something that holds, unless the editor says that they looked at it.
    """
    return _decide(placement, Status.APPROVED, by, version=version, has_looked=has_looked)


def request_changes(placement: Placement, by: "User | None", note: str) -> Placement:
    return _decide(placement, Status.CHANGES, by, note=_reason(note))


def reject(placement: Placement, by: "User | None", note: str) -> Placement:
    """Refuse it for good; or, of what is running, the update alone: what was approved runs on.

    What is running is ended by `running.stop`.
    """
    return _decide(placement, Status.REJECTED, by, note=_reason(note))


def withdraw(placement: Placement, by: "User") -> Placement:
    """Take back what waits for a decision: what was approved runs on; what never was is a draft
    again.
    """
    with transaction.atomic():
        locked = Placement.objects.select_for_update(of=("self",)).get(pk=placement.pk)
        if locked.status != Status.SUBMITTED or locked.stopped_at:
            raise ValidationError("Nothing of it is in review.")
        is_update = locked.approved_creative_id is not None
        locked.status = Status.APPROVED if is_update else Status.DRAFT
        locked.save(update_fields=["status"])
        ReviewDecision.objects.create(
            placement=locked,
            by=by,
            old_status=Status.SUBMITTED,
            new_status=Step.WITHDRAWN,
            at=timezone.now(),
        )
    return locked


def _reason(note: str) -> str:
    if not note.strip():
        raise ValidationError("Write a reason: it is mailed to the advertiser.")
    return note.strip()


def _decide(
    placement: Placement,
    new: Placement.Status,
    by: "User | None",
    note: str = "",
    version: int | None = None,
    has_looked: bool = True,
) -> Placement:
    if (
        new != Status.SUBMITTED
        and by is not None
        and not by.has_perm("advertising.review_placement")
    ):
        raise PermissionDenied("Only the desk may decide on placements.")
    try:
        with transaction.atomic():
            locked = _carry_out(placement, new, by, note, version, has_looked)
    except IntegrityError:
        raise ValidationError(
            "Another placement was approved for the newsletter of that day a moment ago."
        ) from None
    placement.refresh_from_db()
    return locked


def _carry_out(
    placement: Placement,
    new: Placement.Status,
    by: "User | None",
    note: str,
    version: int | None,
    has_looked: bool,
) -> Placement:
    locked = (
        Placement.objects.select_for_update(of=("self",))
        .select_related("advertiser")
        .get(pk=placement.pk)
    )
    old = locked.status
    if locked.stopped_at:
        raise ValidationError("It was cancelled meanwhile.")
    if old not in ALLOWED[new]:
        raise ValidationError(
            f"A placement that is “{Status(old).label.lower()}” cannot become “{new.label.lower()}”."
        )
    if new == Status.SUBMITTED:
        locked.submitted_at = timezone.now()
        if not locked.is_booked:
            rates.pin(locked)
    locked.status = new
    is_update = locked.approved_creative_id is not None
    if new == Status.APPROVED:
        _keep_its_length(locked)
        _pin(locked, version, has_looked)
    if new == Status.REJECTED and is_update:
        locked.status = Status.APPROVED
    locked.desk_note = note
    locked.validate_constraints()
    locked.save()
    decision = ReviewDecision.objects.create(
        placement=locked,
        by=by,
        old_status=old,
        new_status=Step.UPDATE_REJECTED if new == Status.REJECTED and is_update else new,
        note=note,
        at=timezone.now(),
    )
    if new == Status.REJECTED and not is_update:
        credit_notes.credit_stopped(locked, by)
    transaction.on_commit(lambda: campaign_mails.decided(decision))
    return locked


def _keep_its_length(placement: Placement) -> None:
    """What is sold by days and was read too late begins today, and runs as many days as were
    bought, as long as there is a place for it.
    """
    first, last = placement.run
    today = timezone.now().date()
    if placement.product != Product.SPONSORED or placement.approved_creative_id or first >= today:
        return
    moved = (today, today + (last - first))
    if availability.is_sponsored_full(*moved, but=placement):
        return  # The days that it lost are credited when it has ended.
    placement.starts_on, placement.ends_on = moved


def _pin(placement: Placement, version: int | None, has_looked: bool) -> None:
    newest = placement.newest_sent
    if newest is None:
        raise ValidationError("There is nothing to approve yet.")
    if version is not None and newest.version != version:
        raise ValidationError(
            "The advertiser sent a newer version while you were reading. Look at it first."
        )
    if newest.holding_findings and not has_looked:
        raise ValidationError(
            "Say that you have looked at what the checks found, or ask for changes."
        )
    if newest.digest != pinning.digest(newest):
        newest.digest = pinning.digest(newest)
        newest.save(update_fields=["digest"])
    placement.approved_creative = newest
    placement.approved_digest = newest.digest
    sponsored_articles.publish(placement, newest)
