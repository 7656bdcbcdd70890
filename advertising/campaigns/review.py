"""The only writer of a placement’s status: submitted, approved, sent back or rejected."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from advertising.billing import credit_notes, rates
from advertising.campaigns import checks, pinning, sponsored_articles
from advertising.models import Credit, Placement, ReviewDecision
from core import mail

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Placement.Status

# From which status a placement may come to each.
ALLOWED = {
    Status.SUBMITTED: {Status.DRAFT, Status.CHANGES, Status.APPROVED, Status.SUBMITTED},
    Status.APPROVED: {Status.SUBMITTED},
    Status.CHANGES: {Status.SUBMITTED},
    Status.REJECTED: {Status.SUBMITTED, Status.CHANGES, Status.APPROVED},
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
        if missing := [*locked.missing(), *newest.missing()]:
            raise ValidationError(missing)
        newest.findings = checks.as_data(checks.check(newest))
        newest.submitted_at = newest.submitted_at or timezone.now()
        newest.save(update_fields=["findings", "submitted_at"])
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
    return _decide(placement, Status.REJECTED, by, note=_reason(note))


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
    if old not in ALLOWED[new]:
        raise ValidationError(
            f"A placement that is “{Status(old).label.lower()}” cannot become “{new.label.lower()}”."
        )
    if new == Status.SUBMITTED:
        locked.submitted_at = timezone.now()
        if not locked.is_booked:
            rates.pin(locked)
    locked.status = new
    if new == Status.APPROVED:
        _pin(locked, version, has_looked)
    if new == Status.REJECTED:
        sponsored_articles.withdraw(locked)
        credit_notes.credit_rest(
            locked, by, Credit.Kind.REJECTED, f"{locked.title}: it does not run"[:300]
        )
    locked.desk_note = note
    locked.validate_constraints()
    locked.save()
    decision = ReviewDecision.objects.create(
        placement=locked, by=by, old_status=old, new_status=new, note=note, at=timezone.now()
    )
    if new != Status.SUBMITTED:
        transaction.on_commit(lambda: _mail_later(decision))
    return locked


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


def _mail_later(decision: ReviewDecision) -> None:
    """Tell each of the advertiser’s people by a mail of their own, so that trying one again repeats
    no other.
    """
    for address in decision.placement.advertiser.addresses():
        mail_decision.enqueue(decision.pk, address)


@task()
def mail_decision(decision_id: int, address: str) -> None:
    """Mail what was decided then, and why, whatever happened to the placement since."""
    decision = ReviewDecision.objects.select_related("placement").get(pk=decision_id)
    subject = f"{decision.placement.title}: {decision.get_new_status_display().lower()}"
    mail.plain(address, subject, "advertising/mail/decision.txt", {"decision": decision}).send()
