"""A reader comments: account holders at once, strangers after a mail."""

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from articles.models import Article
from comments import counting, notifications
from comments.models import Confirmation, SiteComment, comments_on

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_WAITING = 5


def post_as_user(article: Article, words: dict[str, Any], user: "User", ip: str | None) -> SiteComment:
    """Publish an account holder’s thought at once. The same words sent twice are one comment."""
    with transaction.atomic():
        _lock(article)
        again = comments_on(article).filter(user=user, comment=words["comment"], is_removed=False).first()
        if again:
            return again
        return publish(article, words, ip=ip, user=user)


def publish(article: Article, words: dict[str, Any], *, ip: str | None, user: "User | None" = None) -> SiteComment:
    """Insert a public comment, count it, and tell whoever asked to hear of replies once it is committed.

    Raises ReplyRefused, having stored nothing.
    """
    with transaction.atomic():
        comment = SiteComment(
            content_type=ContentType.objects.get_for_model(Article),
            object_pk=str(article.pk),
            site_id=settings.SITE_ID,
            user=user,
            user_name=words["name"],
            user_email=words["email"],
            user_url=words.get("url") or "",
            comment=words["comment"],
            followup=bool(words.get("followup")),
            parent_id=words.get("reply_to") or 0,
            submit_date=timezone.now(),
            ip_address=ip,
            is_public=True,
        )
        comment.save()
        counting.recount(article.pk)
        notifications.tell_followers_later(comment)
    return comment


class TooManyWaiting(Exception):
    """The address has links enough to press first. Nobody can use our form to fill somebody’s inbox."""


def ask_to_confirm(article: Article, words: dict[str, Any], ip: str | None) -> Confirmation:
    """Keep a stranger’s words and have the link mailed. The same words sent twice are asked about once.

    Raises TooManyWaiting, having stored nothing.
    """
    from comments import confirmation

    fingerprint = _fingerprint(article, words)
    with transaction.atomic():
        pending = Confirmation.objects.filter(email__iexact=words["email"], comment_id=None)
        if pending.exclude(fingerprint=fingerprint).count() >= MOST_WAITING:
            raise TooManyWaiting
        waiting, created = Confirmation.objects.get_or_create(
            fingerprint=fingerprint,
            comment_id=None,
            defaults={
                "key": secrets.token_urlsafe(32),
                "article": article,
                "reply_to": words.get("reply_to"),
                "name": words["name"],
                "email": words["email"],
                "url": words.get("url") or "",
                "comment": words["comment"],
                "followup": bool(words.get("followup")),
                "ip_address": ip,
            },
        )
        if created:
            transaction.on_commit(lambda: confirmation.mail_link.enqueue(waiting.pk))
    return waiting


def _fingerprint(article: Article, words: dict[str, Any]) -> str:
    parts = (str(article.pk), words["email"].lower(), str(words.get("reply_to") or ""), words["comment"])
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _lock(article: Article) -> None:
    Article.objects.select_for_update(of=("self",)).only("pk").get(pk=article.pk)
