"""A stranger’s comment is published by a button behind a mailed link: once, whatever is clicked how
often.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks import task

from articles.models import Article
from comments.models import Confirmation, ReplyRefused, SiteComment
from comments.models.comments import NOT_HERE, answerable
from comments.posting import comments_open, policy, submission
from core import mail, strangers
from core.email_addresses import inbox

LIFETIME = timedelta(days=3)
MOST_WAITING = 5  # of one address, by one network


class ConfirmationExpired(Exception):
    """The link is older than its lifetime, or its article no longer takes comments."""


class TooManyWaiting(Exception):
    """This network has asked for links enough to that address. Others may still ask: nobody is
    locked out by strangers.
    """


def ask(article: Article, words: dict[str, Any], ip: str | None) -> Confirmation:
    """Keep a stranger’s words and have the link mailed. The same words sent twice are asked about
    once.

    What a rule refuses is refused before any mail is sent. Raises TooManyWaiting, RateLimited,
    CommentRefused or ReplyRefused, having stored nothing.
    """
    if words.get("reply_to") and not answerable(article, words["reply_to"]).exists():
        raise ReplyRefused(NOT_HERE)
    policy.admit(words, article, ip=ip)
    fingerprint = _fingerprint(article, words)
    with transaction.atomic():
        pending = Confirmation.objects.filter(
            inbox=inbox(words["email"]), ip_address=ip, comment_id=None
        )
        others = pending.exclude(fingerprint=fingerprint)
        if others.count() >= MOST_WAITING:
            raise TooManyWaiting
        if not Confirmation.objects.filter(fingerprint=fingerprint, comment_id=None).exists():
            strangers.check_network(ip)
        waiting, created = Confirmation.objects.get_or_create(
            fingerprint=fingerprint,
            comment_id=None,
            defaults={
                "key": secrets.token_urlsafe(32),
                "article": article,
                "reply_to": words.get("reply_to"),
                "name": words["name"],
                "email": words["email"],
                "inbox": inbox(words["email"]),
                "url": words.get("url") or "",
                "comment": words["comment"],
                "followup": bool(words.get("followup")),
                "remember": bool(words.get("remember")),
                "ip_address": ip,
            },
        )
        waiting.is_new = created
        if created:
            transaction.on_commit(lambda: mail_link.enqueue(waiting.pk))
    return waiting


def _fingerprint(article: Article, words: dict[str, Any]) -> str:
    parts = (
        str(article.pk),
        words["email"].lower(),
        str(words.get("reply_to") or ""),
        words["comment"],
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def confirm(key: str) -> SiteComment:
    """Publish what waits under `key` and return the comment; again and again, the same one.

    Raises Confirmation.DoesNotExist, Expired, Refused or ReplyRefused, having changed nothing.
    """
    with transaction.atomic():
        waiting = (
            Confirmation.objects.select_for_update(of=("self",))
            .select_related("article")
            .get(key=key)
        )
        if waiting.comment_id:
            return SiteComment.objects.get(pk=waiting.comment_id)
        if has_expired(waiting):
            raise ConfirmationExpired
        if not comments_open.site_settings().is_open:
            raise policy.CommentRefused(
                "Conversations are closed for now. The link works for three days."
            )
        words = {
            field: getattr(waiting, field)
            for field in ("name", "email", "url", "comment", "followup", "reply_to")
        }
        comment = submission.publish(waiting.article, words, ip=waiting.ip_address)
        Confirmation.objects.filter(pk=waiting.pk, comment_id=None).update(comment_id=comment.pk)
        return comment


def has_expired(waiting: Confirmation) -> bool:
    too_old = waiting.created_at < timezone.now() - LIFETIME
    return (
        too_old
        or not Article.objects.published()
        .filter(pk=waiting.article_id, comments_open=True)
        .exists()
    )


@task()
def mail_link(confirmation_id: int) -> None:
    """Mail the link. None of the commenter’s text is in the mail, so that nobody can use us to send
    theirs.
    """
    waiting = (
        Confirmation.objects.select_related("article__section").filter(pk=confirmation_id).first()
    )
    if waiting is None or waiting.comment_id:
        return
    if strangers.waits(mail_link, waiting.email, waiting.pk):
        return
    context = {
        "article": waiting.article,
        "link": settings.SITE_URL + reverse("comment-confirm", args=[waiting.key]),
        "days": LIFETIME.days,
    }
    mail.plain(
        waiting.email,
        "Confirm your comment",
        "comments/mail/confirm.txt",
        context,
        mail.AUTOMATIC,
        asked=True,
    ).send()


def delete(key: str) -> bool:
    """Delete the pending comment of `key`, with its address. Returns whether there was one."""
    return Confirmation.objects.filter(key=key, comment_id=None).delete()[0] > 0


@task()
def forget_expired() -> int:
    """Delete what nobody confirmed, and the words of what was, after their time."""
    return Confirmation.objects.filter(created_at__lt=timezone.now() - LIFETIME).delete()[0]
