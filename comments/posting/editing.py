"""A writer changes or takes back what they said: for a while, seen as changed, and kept for
moderators.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from articles import cache_tags
from articles.models import Article
from comments import signals
from comments.models import Confirmation, Edit, Rule, SiteComment, VerifiedCommenter, comments_on
from comments.moderation import decisions
from comments.posting import policy, reactions
from comments.reading import comment_counts
from pagecache import invalidation

CHANGEABLE = timedelta(minutes=15)


class TooLate(Exception):
    """It cannot be changed any more. The message is for its writer; nothing was changed."""


def own(user: Any, reader: VerifiedCommenter | None, pk: int) -> SiteComment | None:
    """The writer’s own comment that stands or waits."""
    return _written_by(SiteComment.objects.filter(pk=pk), user, reader).first()


def changeable(user: Any, reader: VerifiedCommenter | None, article: Article) -> list[int]:
    """The writer’s comments on `article` that can still be changed."""
    young = comments_on(article).filter(submit_date__gte=timezone.now() - CHANGEABLE)
    return list(_written_by(young, user, reader).values_list("pk", flat=True))


def _written_by(
    comments: QuerySet[SiteComment], user: Any, reader: VerifiedCommenter | None
) -> QuerySet[SiteComment]:
    """Of an account; or, without one, of the address that this browser has confirmed."""
    if user.is_authenticated:
        return comments.filter(user=user, is_removed=False)
    if reader is None or reader.confirmed_at is None:
        return comments.none()
    return comments.filter(user=None, user_email__iexact=reader.email, is_removed=False)


def of_link(key: str) -> SiteComment | None:
    """A stranger’s own comment, by the link that they confirmed it with."""
    waiting = Confirmation.objects.filter(key=key, comment_id__isnull=False).first()
    return (
        SiteComment.objects.filter(pk=waiting.comment_id, is_removed=False).first()
        if waiting
        else None
    )


def until(comment: SiteComment) -> datetime:
    return comment.submit_date + CHANGEABLE


def is_open(comment: SiteComment) -> bool:
    return timezone.now() <= until(comment)


def change(comment: SiteComment, text: str) -> SiteComment:
    """Let a comment say `text`. It is judged anew; a rule may hold it. Raises TooLate or
    Refused.
    """
    with transaction.atomic():
        comment = _locked_own(comment)
        if not is_open(comment):
            raise TooLate("A comment can be changed for fifteen minutes. You can still delete it.")
        if comment.comment == text:
            return comment
        words = {
            "comment": text,
            "name": comment.user_name,
            "email": comment.user_email,
            "url": comment.user_url,
        }
        article = Article.objects.select_related("section").get(pk=int(comment.object_pk))
        judgement = policy.admit(
            words, article, ip=comment.ip_address, user=comment.user, at=comment.submit_date
        )
        Edit.objects.create(comment=comment, text=comment.comment, by=comment.user)
        stats = reactions.reactions_of(comment)
        stats.edited_at = timezone.now()
        stats.save(update_fields=["edited_at"])
        comment.comment = text
        SiteComment.objects.filter(pk=comment.pk).update(comment=text)
        if judgement is not None:
            decisions.note_judgement(comment, judgement)
            if judgement.action == Rule.Action.HOLD:
                decisions.hold_back(comment)
        signals.posted.send(SiteComment, comment=comment)
        invalidation.invalidate(f"article:{comment.object_pk}", cache_tags.COMMENTS)
        return comment


def take_back(comment: SiteComment) -> None:
    """Off the page, whenever its writer likes; a tombstone stays where somebody answered."""
    with transaction.atomic():
        comment = _locked_own(comment)
        stats = reactions.reactions_of(comment)
        stats.deleted_at = timezone.now()
        stats.save(update_fields=["deleted_at"])
        SiteComment.objects.filter(pk=comment.pk).update(is_removed=True)
        decisions.settle_as_gone(comment)
        comment_counts.recount(int(comment.object_pk))


def _locked_own(comment: SiteComment) -> SiteComment:
    """As it stands now: a moderator may have been quicker. Raises TooLate."""
    found = decisions.lock(SiteComment.objects.filter(pk=comment.pk, is_removed=False))
    if not found:
        raise TooLate("This comment is no longer here.")
    if not Article.objects.published().filter(pk=int(comment.object_pk)).exists():
        raise TooLate("The story is no longer here.")
    return found[0]
