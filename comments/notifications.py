"""
“E-mail me when someone replies”: by the queue, once the reply is public, and easily turned off.

A reply is told by itself; but nobody gets more than a few mails an hour. What comes faster is told together.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from articles.models import Article
from comments import paging
from comments.models import Notice, SiteComment

SALT = "comments.mute"
HOUR = timedelta(hours=1)
MOST_AN_HOUR = 3  # mails to one address
MOST_TOLD = 30  # replies in one mail
KEPT_FOR = timedelta(days=7)


def tell_followers_later(reply: SiteComment) -> None:
    if reply.parent_id != reply.pk:
        transaction.on_commit(lambda: tell_followers.enqueue(reply.pk))


@task()
def tell_followers(reply_id: int) -> None:
    """Mail the writer of the comment that was answered, if they asked for it and it was not themselves."""
    reply = SiteComment.objects.filter(pk=reply_id, is_public=True, is_removed=False).first()
    if reply is None:
        return
    answered = SiteComment.objects.filter(pk=reply.parent_id, followup=True, is_removed=False).first()
    if answered is None or not answered.email or answered.email.lower() == reply.email.lower():
        return
    notice, _ = Notice.objects.get_or_create(reply=reply, defaults={"answered": answered})
    if _may_mail(answered.email):
        _mail(answered.email, [notice])


@task()
def tell_together() -> int:
    """Mail what waited because too much came at once; a mail for each address. Returns how many were sent."""
    now = timezone.now()
    Notice.objects.filter(made_at__lt=now - KEPT_FOR).delete()
    waiting = Notice.objects.filter(mailed_at=None).select_related("answered__user", "reply").order_by("made_at")
    by_address = sorted(waiting[:5_000], key=_address)
    sent = 0
    for address, notices in groupby(by_address, _address):
        if _may_mail(address):
            sent += _mail(address, list(notices)[:MOST_TOLD])
    return sent


def _address(notice: Notice) -> str:
    return str(notice.answered.email).lower()


def _may_mail(address: str) -> bool:
    """Whether this address had fewer mails in the last hour than anybody gets."""
    lately = Notice.objects.filter(mailed_at__gt=timezone.now() - HOUR, answered__user_email__iexact=address)
    return lately.values("mailed_at").distinct().count() < MOST_AN_HOUR


def _mail(address: str, notices: list[Notice]) -> bool:
    """Claim the notices, so that no other worker tells of them, and mail what of them can still be read."""
    now = timezone.now()
    mine = [each for each in notices if Notice.objects.filter(pk=each.pk, mailed_at=None).update(mailed_at=now)]
    told = list(_readable(mine))
    if not told:
        return False
    try:
        _message(address, told).send()
    except Exception:
        Notice.objects.filter(pk__in=[each.pk for each in mine]).update(mailed_at=None)
        raise
    return True


def _readable(notices: Iterable[Notice]) -> Iterable[tuple[Notice, Article]]:
    """Those whose reply is public and whose reader has not said stop since, with their stories."""
    pks = [each.pk for each in notices]
    still = Notice.objects.filter(
        pk__in=pks, reply__is_public=True, reply__is_removed=False, answered__followup=True, answered__is_removed=False
    )
    rows = list(still.select_related("reply__user", "answered").order_by("pk"))
    stories = Article.objects.published().select_related("section")
    found = stories.in_bulk({int(each.reply.object_pk) for each in rows})
    return [(each, found[int(each.reply.object_pk)]) for each in rows if int(each.reply.object_pk) in found]


def _message(address: str, told: list[tuple[Notice, Article]]) -> EmailMessage:
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
    return EmailMessage(
        subject=f"{len(told)} replies to what you said" if several else "A reply to your thought",
        body=render_to_string(
            "comments/mail/replies.txt" if several else "comments/mail/reply.txt",
            {"replies": replies, "reply": replies[0], "mute": mute},
        ),
        to=[address],
        headers={
            "List-Unsubscribe": f"<{mute}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


def mute_key(comment: SiteComment) -> str:
    """The comment’s number, signed: no address in any link."""
    return signing.dumps([comment.pk], salt=SALT)


def mute(key: str) -> None:
    """Stop mails about replies to what the key names. Raises signing.BadSignature for a forged key."""
    named = signing.loads(key, salt=SALT)
    # Links in mails of earlier releases name one.
    SiteComment.objects.filter(pk__in=named if isinstance(named, list) else [named]).update(followup=False)
