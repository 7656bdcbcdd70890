"""
“E-mail me when someone replies”: by the queue, once the reply is public, and easily turned off.

A reply is told by itself; but nobody gets more than a few mails an hour. What comes faster is told
together.
"""

import logging
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from articles.models import Article
from comments.models import ReplyNotification, SiteComment
from comments.reading import paging
from core import keyed_digests, mail, mailboxes
from core.jobs import PermanentFailure

logger = logging.getLogger(__name__)

SALT = "comments.mute"
HOUR = timedelta(hours=1)
MOST_AN_HOUR = 3  # mails to one address
MOST_TOLD = 30  # replies in one mail
MOST_AT_ONCE = 5_000
TOLD_WITHIN = timedelta(days=7)
KEPT_FOR = timedelta(days=90)  # so that a reply that comes back on the page is not told again
CLAIM_LASTS = timedelta(minutes=10)


def tell_followers_later(reply: SiteComment) -> None:
    if reply.parent_id != reply.pk:
        transaction.on_commit(lambda: tell_followers.enqueue(reply.pk))


@task()
def tell_followers(reply_id: int) -> None:
    """Mail the writer of the comment that was answered, if they asked for it and it was not
    themselves.
    """
    reply = SiteComment.objects.filter(pk=reply_id, is_public=True, is_removed=False).first()
    if reply is None:
        return
    answered = SiteComment.objects.filter(
        pk=reply.answers_id, followup=True, is_removed=False
    ).first()
    if (
        answered is None
        or not mail.is_mailbox(answered.email)
        or answered.email.lower() == reply.email.lower()
    ):
        return
    to = _digest(answered.email)
    notice, _ = ReplyNotification.objects.get_or_create(
        reply=reply, defaults={"answered": answered, "to": to}
    )
    if _may_mail(to):
        _mail([notice.pk])


@task()
def tell_together() -> int:
    """Mail what waited because too much came at once; a mail for each address. Returns how many
    were sent.

    An address that the server refuses holds up no other; the job fails in the end, so that it is
    seen.
    """
    now = timezone.now()
    ReplyNotification.objects.filter(made_at__lt=now - KEPT_FOR).delete()
    waiting = ReplyNotification.objects.filter(
        mailed_at=None, made_at__gte=now - TOLD_WITHIN
    ).order_by("to", "made_at")
    sent, refused = 0, []
    for to, notices in groupby(waiting.values_list("to", "pk")[:MOST_AT_ONCE], key=itemgetter(0)):
        if not _may_mail(to):
            continue
        try:
            sent += _mail([pk for _, pk in notices][:MOST_TOLD])
        except Exception as error:
            refused.append(error)
    if refused:
        raise refused[0]
    return sent


def _digest(address: str) -> str:
    return keyed_digests.digest("comments.notice", address.lower())


def _may_mail(to: str) -> bool:
    """Return whether this address had fewer mails in the last hour than the limit."""
    lately = ReplyNotification.objects.filter(to=to, mailed_at__gt=timezone.now() - HOUR)
    return lately.values("mailed_at").distinct().count() < MOST_AN_HOUR


def _mail(pks: list[int]) -> bool:
    """Claim what of these can be read, so that no other worker tells of it, and mail it in one.

    What cannot be read now waits until it can. A claim of a worker that was killed runs out.
    """
    now = timezone.now()
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LASTS)
    readable = _readable(pks)
    mine = [
        (notice, article)
        for notice, article in readable
        if ReplyNotification.objects.filter(free, pk=notice.pk, mailed_at=None).update(
            claimed_at=now
        )
    ]
    if not mine:
        return False
    claimed = ReplyNotification.objects.filter(
        pk__in=[notice.pk for notice, _ in mine], claimed_at=now
    )
    message = _message(mine)
    try:
        message.send()
    except mailboxes.Paused:
        claimed.update(claimed_at=None)
        return False
    except PermanentFailure:
        # There is no such mailbox: nobody is there to be told, today or in a week.
        logger.info("mails about replies stopped: the mailbox does not exist")
        stop_for(message.to[0])
        return False
    except Exception:
        claimed.update(claimed_at=None)
        raise
    claimed.update(mailed_at=now)
    return True


def mailbox_ended(sender: object, address: str, state: str, **kwargs: Any) -> None:
    """Receives `mailboxes.ended`. A pause ends by itself: what is told then waits."""
    if state != mailboxes.State.FULL:
        stop_for(address)


def stop_for(address: str) -> None:
    """Mail nothing more about replies to an address that refuses us for good, or whose owner called
    a mail spam. They can ask again with their next comment.
    """
    if not address:
        return
    SiteComment.objects.filter(followup=True).filter(
        Q(user_email__iexact=address) | Q(user__email__iexact=address)
    ).update(followup=False)
    ReplyNotification.objects.filter(to=_digest(address), mailed_at=None).delete()


def _readable(pks: list[int]) -> list[tuple[ReplyNotification, Article]]:
    """Those whose reply is public and whose reader has not said stop since, with their stories."""
    still = ReplyNotification.objects.filter(
        pk__in=pks,
        reply__is_public=True,
        reply__is_removed=False,
        answered__followup=True,
        answered__is_removed=False,
    )
    rows = list(still.select_related("reply__user", "answered__user").order_by("pk"))
    stories = Article.objects.published().select_related("section")
    found = stories.in_bulk({int(each.reply.object_pk) for each in rows})
    return [
        (each, found[int(each.reply.object_pk)])
        for each in rows
        if int(each.reply.object_pk) in found
    ]


def _message(told: list[tuple[ReplyNotification, Article]]) -> EmailMessage:
    answered = sorted({notice.answered_id for notice, _ in told})
    mute = settings.SITE_URL + reverse("comment-mute", args=[signing.dumps(answered, salt=SALT)])
    replies = [
        {
            "name": notice.reply.name,
            "article": article,
            "link": settings.SITE_URL + paging.address_of(notice.reply, article),
        }
        for notice, article in told
    ]
    several = len(told) > 1
    return mail.plain(
        told[0][0].answered.email,
        f"{len(told)} replies to what you said" if several else "A reply to your comment",
        "comments/mail/replies.txt" if several else "comments/mail/reply.txt",
        {"replies": replies, "reply": replies[0], "mute": mute},
        mail.AUTOMATIC | mail.one_click(mute),
    )


def mute_key(comment: SiteComment) -> str:
    """The comment’s number, signed: no address in any link."""
    return signing.dumps([comment.pk], salt=SALT)


def mute(key: str) -> None:
    """Stop mails about replies to what the key names. Raises signing.BadSignature for a forged
    key.
    """
    named = signing.loads(key, salt=SALT)
    # Links in mails of earlier releases name one.
    SiteComment.objects.filter(pk__in=named if isinstance(named, list) else [named]).update(
        followup=False
    )
