"""A moderator replies from the desk."""

from typing import TYPE_CHECKING

from django.db import transaction

from articles.models import Article
from comments.models import SiteComment
from comments.moderation import decisions
from comments.posting import submission
from core.people import name_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def publish(comment: SiteComment, article: Article, text: str, by: "User") -> SiteComment:
    """Publish the comment, if it waits, and the reply to it, in one transaction. Raises
    CommentRefused or ReplyRefused, having changed nothing.
    """
    words = {"name": name_of(by), "email": by.email, "comment": text, "reply_to": comment.pk}
    with transaction.atomic():
        decisions.approve(SiteComment.objects.filter(pk=comment.pk), by)
        return submission.post_as_user(article, words, by, None)
