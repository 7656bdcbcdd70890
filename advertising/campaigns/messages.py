"""Messages between an advertiser and the desk about a placement."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django_tasks import task

from advertising.models import Message, Placement
from core import mail

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST = 2000
MOST_WAITING = 20  # messages of an advertiser in a row


def write(placement: Placement, by: "User", text: str, *, from_desk: bool) -> Message:
    """The other side learns of it: the advertiser’s people by mail, the desk by its queue."""
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
        if from_desk:
            transaction.on_commit(lambda: _mail_later(message))
    return message


def _mail_later(message: Message) -> None:
    for address in message.placement.advertiser.addresses():
        mail_message.enqueue(message.pk, address)


@task()
def mail_message(message_id: int, address: str) -> None:
    message = Message.objects.select_related("placement").get(pk=message_id)
    subject = f"{message.placement.title}: a message from the desk"
    mail.plain(address, subject, "advertising/mail/message.txt", {"message": message}).send()
