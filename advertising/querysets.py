"""Querysets of placements: running, waiting, of one advertiser."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from advertising.models import Placement  # noqa: F401


class PlacementQuerySet(models.QuerySet["Placement"]):
    def approved(self) -> Self:
        """Approved once, and neither rejected nor stopped since.

        A placement whose later edit waits for review stays approved with the copy that was.
        """
        return self.filter(approved_creative__isnull=False, stopped_at=None).exclude(
            status="rejected"
        )

    def sold(self) -> Self:
        """Approved, or submitted and so waiting to be: what takes its place, and is ordered."""
        return self.filter(
            Q(status="submitted") | Q(approved_creative__isnull=False) & ~Q(status="rejected"),
            stopped_at=None,
        )

    def without_invoice(self) -> Self:
        """Placements that run and cannot be invoiced: nobody ordered it, and its company’s details are missing."""
        began = timezone.now().date() - timedelta(days=1)
        is_incomplete = Q(advertiser__country="") | Q(advertiser__billing_address="")
        return (
            self.approved()
            .filter(is_incomplete, ordered=None, starts_on__lte=began, advertiser__is_house=False)
            .exclude(price_lines=[])
        )

    def not_paused(self) -> Self:
        return self.filter(paused_at=None)

    def live(self) -> Self:
        """Approved, not paused, and within its dates."""
        today = timezone.now().date()
        return self.approved().not_paused().filter(starts_on__lte=today, ends_on__gte=today)

    def awaiting_review(self) -> Self:
        return self.filter(status="submitted", stopped_at=None).order_by("submitted_at")

    def of_member(self, user: Any) -> Self:
        return self.filter(advertiser__members=user)

    def may_be_changed_by(self, user: Any) -> Self:
        """Those of advertisers for whom somebody submits."""
        return self.filter(
            advertiser__memberships__user=user,
            advertiser__memberships__role__in=("owner", "member"),
        )

    def visible_to(self, user: Any) -> Self:
        """Those whose reports somebody may read: their advertiser’s, or all for the desk."""
        if user.is_staff and user.has_perm("advertising.view_placement"):
            return self
        return self.of_member(user).distinct()
