"""The life of a booked placement beside its review: paused, resumed, stopped, and settled when it is
over. By its advertiser, or by the desk.
"""

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django_tasks import task

from advertising.billing import credit_notes, orders
from advertising.campaigns import campaign_mails, sponsored_articles
from advertising.models import Credit, Placement, ReviewDecision, Step

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LOOK_BACK = timedelta(days=60)
NEVER_APPROVED = "Its days passed before it was approved."


def pause(placement: Placement, by: "User | None", note: str = "") -> Placement:
    """Take it off the pages until it is resumed. Days that it is paused are not charged."""
    with transaction.atomic():
        locked = _locked(placement, by)
        if not locked.may_pause or locked.paused_at:
            raise ValidationError("Only what is scheduled or running can be paused.")
        locked.paused_at = timezone.now()
        return _step(locked, by, Step.PAUSED, note)


def resume(placement: Placement, by: "User | None") -> Placement:
    """Let it go on to its end date."""
    with transaction.atomic():
        locked = _locked(placement, by)
        if not locked.paused_at or locked.is_over:
            raise ValidationError("It is not paused.")
        locked.paused_at = None
        return _step(locked, by, Step.RESUMED, "")


def stop(
    placement: Placement, by: "User | None", note: str = "", *, take_down: bool = False
) -> Placement:
    """End it for good. What did not run is credited; what ran and nobody ordered is invoiced.

    A paid story stays where it was published, under its label. The desk alone may take that down as
    well, and what is over.
    """
    with transaction.atomic():
        locked = _locked(placement, by)
        is_desk = by is None or _is_desk(by)
        is_shown = locked.approved_creative_id is not None and locked.stopped_at is None
        if not (locked.may_stop or (take_down and is_desk and is_shown)):
            raise ValidationError("Only what is booked and not over can be cancelled.")
        if is_desk:
            note = _reason(note)
        _order_what_ran(locked)
        if take_down and is_desk:
            sponsored_articles.withdraw(locked)
        locked.stopped_at = timezone.now()
        _step(locked, by, Step.STOPPED, note)
        credit_notes.credit_stopped(locked, by)
        return locked


@task()
def settle_what_ended() -> int:
    """Credit what was ordered and, its days being over, did not run on all of them: approved late,
    paused, never approved, or in a newsletter that nobody got. Returns how many were credited.

    What is sold by impressions is for the desk to decide: see `credit_notes.find_shortfalls`.
    """
    settled = (timezone.now() - credit_notes.SETTLED_AFTER).date()
    credited = Credit.objects.filter(placement=OuterRef("pk"), kind__in=credit_notes.AUTOMATIC)
    ended = (
        # Sent back or withdrawn and never sent again, it was ordered all the same.
        Placement.objects.exclude(status=Placement.Status.REJECTED)
        .filter(stopped_at=None, ordered__isnull=False)
        .filter(ends_on__lte=settled, ends_on__gte=settled - LOOK_BACK)
        .exclude(Exists(credited))
        .exclude(approved_creative__isnull=False, goal__isnull=False)
    )
    return sum(_settle(placement) for placement in ended)


def _settle(placement: Placement) -> bool:
    with transaction.atomic():
        locked = _locked(placement, None)
        if locked.approved_creative_id is None:
            # Approved after its days it would run for nothing.
            locked.stopped_at = timezone.now()
            _step(locked, None, Step.STOPPED, NEVER_APPROVED)
        return credit_notes.credit_stopped(locked, None) is not None


def _order_what_ran(placement: Placement) -> None:
    """Nothing runs for nothing: stopped before it was ordered, it is invoiced, less what is left."""
    if hasattr(placement, "ordered") or credit_notes.what_ran(placement) == credit_notes.NOTHING:
        return
    # House, without a price, or of a company without an address: then the desk sees it.
    with suppress(ValidationError):
        orders.place(placement.advertiser, [placement.pk], by=None)


def _locked(placement: Placement, by: "User | None") -> Placement:
    """Under a lock, for somebody who may. Raises PermissionDenied."""
    if by is not None and not (_is_desk(by) or _is_of_advertiser(by, placement)):
        raise PermissionDenied("Only its advertiser, or the desk, may do this.")
    return (
        Placement.objects.select_for_update(of=("self",))
        .select_related("advertiser", "article")
        .get(pk=placement.pk)
    )


def _is_desk(user: "User") -> bool:
    return user.is_staff and user.has_perm("advertising.review_placement")


def _is_of_advertiser(user: "User", placement: Placement) -> bool:
    return Placement.objects.may_be_changed_by(user).filter(pk=placement.pk).exists()


def _reason(note: str) -> str:
    if not note.strip():
        raise ValidationError("Write a reason: it is mailed to the advertiser.")
    return note.strip()


def _step(placement: Placement, by: "User | None", step: Step, note: str) -> Placement:
    placement.save(update_fields=["paused_at", "stopped_at"])
    decision = ReviewDecision.objects.create(
        placement=placement,
        by=by,
        old_status=placement.status,
        new_status=step,
        note=note.strip()[:1000],
        at=timezone.now(),
    )
    sponsored_articles.promote(placement)
    transaction.on_commit(lambda: campaign_mails.decided(decision))
    return placement
