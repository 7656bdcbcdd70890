"""Messages between an advertiser and the desk about a placement."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from advertising.campaigns import campaign_mails
from advertising.models import Message, Placement

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST = 2000
MOST_WAITING = 20  # messages of an advertiser in a row


def write(placement: Placement, by: "User", text: str, *, from_desk: bool) -> Message:
    """Add a message. The other side is told by mail."""
    text = text.strip().replace("\x00", "")
    if not text:
        raise ValidationError("Write something first.")
    if len(text) > LONGEST:
        raise ValidationError(f"Write {LONGEST:,} characters at most; this has {len(text):,}.")
    if from_desk and not by.has_perm("advertising.review_placement"):
        raise PermissionDenied("Only the desk answers advertisers.")
    with transaction.atomic():
        locked = Placement.objects.select_for_update(of=("self",)).get(pk=placement.pk)
        newest = list(
            locked.messages.order_by("-at", "-pk").values_list("is_from_desk", flat=True)[
                :MOST_WAITING
            ]
        )
        if not from_desk and len(newest) == MOST_WAITING and not any(newest):
            raise ValidationError(
                "The desk has not answered yet. Wait for it before you write more."
            )
        message = Message.objects.create(placement=locked, by=by, is_from_desk=from_desk, text=text)
        Placement.objects.filter(pk=locked.pk).update(awaits_answer=not from_desk)
        transaction.on_commit(lambda: campaign_mails.written(message))
    return message
