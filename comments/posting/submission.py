"""A comment is posted: an account holder’s at once, a stranger’s when they have confirmed it. A
rule may hold it.
"""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from articles.models import Article
from comments import notifications, signals
from comments.models import DEEPEST_LEVEL, Rule, SiteComment
from comments.moderation import decisions
from comments.moderation.rules.drafts import written_by
from comments.posting import policy
from comments.reading import comment_counts
from pagecache.context import RenderContext, collecting, current_context

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def post_as_user(
    article: Article, words: dict[str, Any], user: "User", ip: str | None
) -> SiteComment:
    """Post an account holder’s comment at once. Raises CommentRefused or ReplyRefused, having
    stored nothing.
    """
    return _post_once(article, words, ip, user=user)


def post_as_known_reader(article: Article, words: dict[str, Any], ip: str | None) -> SiteComment:
    """Post the comment of a reader whose browser has confirmed the address, with the same care."""
    return _post_once(article, words, ip)


def _post_once(
    article: Article, words: dict[str, Any], ip: str | None, user: "User | None" = None
) -> SiteComment:
    """The same words sent twice are one comment."""
    with transaction.atomic():
        locked = _lock(article)
        # By its writer: a conversation may be long, and one writer’s part of it is not.
        mine = written_by(user.pk if user else None, words["email"]).filter(
            comment=words["comment"], is_removed=False
        )
        same = mine.filter(
            object_pk=str(article.pk), content_type=ContentType.objects.get_for_model(Article)
        )
        for found in same.order_by("pk"):
            if _answers(found, words.get("reply_to")):
                return found
        return publish(article, words, ip=ip, user=user, locked=locked)


def _answers(comment: SiteComment, number: int | None) -> bool:
    """Return whether it answers that comment: below it, or beside it where threads go no deeper."""
    if not number:
        return comment.level == 0
    if comment.level < DEEPEST_LEVEL:
        return comment.level > 0 and comment.parent_id == number
    return comment.answers_id == number


def publish(
    article: Article,
    words: dict[str, Any],
    *,
    ip: str | None,
    user: "User | None" = None,
    locked: Article | None = None,
) -> SiteComment:
    """Insert a comment, count it, and tell whoever asked to hear of replies once it is committed.

    A rule may hold it: then it is not public, and waits for a moderator. Raises CommentRefused or
    ReplyRefused, having stored nothing.
    """
    # What all posts ask alike, such as the rules, is kept as it is for pages.
    with (
        transaction.atomic(),
        collecting(current_context() or RenderContext(began_at=timezone.now())),
    ):
        judgement = policy.admit(words, article, ip=ip, user=user)
        is_held = judgement is not None and judgement.action == Rule.Action.HOLD
        # The article first, then its comments: everybody locks in this order.
        locked = locked or _lock(article)
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
            is_public=not is_held,
        )
        comment.save()
        if judgement is not None:
            decisions.note_judgement(comment, judgement)
        if not is_held:
            comment_counts.add_one(locked)
            if comment.parent_follows:
                notifications.tell_followers_later(comment)
        signals.posted.send(SiteComment, comment=comment)
    return comment


def _lock(article: Article) -> Article:
    return Article.objects.select_for_update(of=("self",)).only("comment_count").get(pk=article.pk)
