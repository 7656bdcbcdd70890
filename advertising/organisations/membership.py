"""Members of an advertiser, their roles, and invitations."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import task

from advertising.models import Advertiser, Invitation, Membership, Role
from core import mail, sealed, strangers

if TYPE_CHECKING:
    from django.contrib.auth.models import User

VALID_FOR = timedelta(days=7)
# Nobody sends mail to the world, or again and again to somebody, through us.
MOST_A_DAY = 20  # invitations of one advertiser
ONE_MAIL_EACH = timedelta(hours=1)  # to one address, whoever asks


class InvitationIsOver(Exception):
    """It was used, taken back or has expired; or there never was one."""


def membership_of(user: "User", advertiser: Advertiser) -> Membership | None:
    return Membership.objects.filter(user=user, advertiser=advertiser).first()


def require_owner(user: "User", advertiser: Advertiser) -> None:
    membership = membership_of(user, advertiser)
    if membership is None or not membership.may_manage:
        raise PermissionDenied("Only an owner may do that.")


def invite(advertiser: Advertiser, by: "User", email: str, role: str) -> Invitation:
    """Mail somebody a link with which they may join. Asking the same person again replaces the
    link.
    """
    require_owner(by, advertiser)
    email = email.strip().lower()
    if advertiser.members.filter(email__iexact=email).exists():
        raise ValidationError(f"{email} is one of your people already.")
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        Advertiser.objects.select_for_update(of=("self",)).get(pk=advertiser.pk)
        now = timezone.now()
        if Invitation.objects.filter(email=email, created_at__gte=now - ONE_MAIL_EACH).exists():
            raise ValidationError(f"{email} was asked within the last hour. Give it some time.")
        if (
            advertiser.invitations.filter(created_at__gte=now - timedelta(days=1)).count()
            >= MOST_A_DAY
        ):
            raise ValidationError(f"You asked {MOST_A_DAY} people today. Ask the next tomorrow.")
        _open().filter(advertiser=advertiser, email=email).update(withdrawn_at=now)
        invitation = Invitation.objects.create(
            advertiser=advertiser, email=email, role=Role(role), digest=_digest(key), by=by
        )
        # The key itself is in the mail alone.
        transaction.on_commit(lambda: mail_invitation.enqueue(invitation.pk, sealed.seal(key)))
    return invitation


def _open() -> QuerySet[Invitation]:
    since = timezone.now() - VALID_FOR
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None, created_at__gte=since)


def open_invitations(advertiser: Advertiser) -> list[Invitation]:
    return list(_open().filter(advertiser=advertiser))


def withdraw(advertiser: Advertiser, by: "User", pk: int) -> None:
    require_owner(by, advertiser)
    _open().filter(advertiser=advertiser, pk=pk).update(withdrawn_at=timezone.now())


@task()
def mail_invitation(invitation_id: int, sealed_key: str) -> None:
    """The key is sealed: it would stand in the queue’s table for as long as the job does."""
    invitation = (
        Invitation.objects.select_related("advertiser", "by").filter(pk=invitation_id).first()
    )
    if invitation is None or strangers.waits(
        mail_invitation, invitation.email, invitation_id, sealed_key
    ):
        return
    # Not the company’s name, which a stranger may have written: this goes to other strangers.
    subject = "You are invited to a company account"
    context = {"invitation": invitation, "key": sealed.unseal(sealed_key)}
    mail.plain(invitation.email, subject, "advertising/mail/invitation.txt", context).send()


def find(key: str) -> Invitation:
    """The invitation behind a link. Raises InvitationIsOver."""
    invitation = _open().select_related("advertiser").filter(digest=_digest(key)).first()
    if invitation is None:
        raise InvitationIsOver
    return invitation


def accept(key: str, user: "User") -> Membership:
    """Join, once. The link is enough: whoever was sent it may use an account with another
    address.
    """
    with transaction.atomic():
        invitation = find(key)
        used = Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(
            accepted_at=timezone.now()
        )
        if not used:
            raise InvitationIsOver
        membership, _ = Membership.objects.get_or_create(
            advertiser=invitation.advertiser, user=user, defaults={"role": invitation.role}
        )
    return membership


def see_to_an_owner(advertiser: Advertiser) -> None:
    """Make the longest-standing member the owner when the last owner is gone."""
    if not advertiser.memberships.filter(role=Role.OWNER).exists():
        eldest = advertiser.memberships.order_by("pk").first()
        if eldest is not None:
            eldest.role = Role.OWNER
            eldest.save(update_fields=["role"])


def change_role(advertiser: Advertiser, by: "User", membership_pk: int, role: str) -> None:
    """Give somebody another role, or with “” none: they leave. An advertiser is never without an
    owner.
    """
    with transaction.atomic():
        Advertiser.objects.select_for_update(of=("self",)).get(pk=advertiser.pk)
        membership = advertiser.memberships.filter(pk=membership_pk).first()
        if membership is None:
            raise ValidationError("This person is not one of your people any more.")
        if not (role == "" and membership.user_id == by.pk):  # Everybody may leave.
            require_owner(by, advertiser)
        others = advertiser.memberships.filter(role=Role.OWNER).exclude(pk=membership.pk)
        if membership.role == Role.OWNER and role != Role.OWNER and not others.exists():
            raise ValidationError("Make somebody else an owner first.")
        if role == "":
            membership.delete()
            return
        membership.role = Role(role)
        membership.save(update_fields=["role"])


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
