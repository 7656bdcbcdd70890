"""The comment policy: bans first, then the rules, then pre-moderation."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from articles.models import Article
from comments.models import Rule
from comments.moderation import bans, premoderation, rules

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class CommentRefused(Exception):
    """It may not be said here. The message is for whoever wrote it; nothing was stored."""


def admit(
    words: dict[str, Any],
    article: Article,
    *,
    ip: str | None,
    user: "User | None" = None,
    at: datetime | None = None,
) -> rules.Judgement | None:
    """Return what is to be done with a comment: publish it (None), hold it, or flag it. Raises
    CommentRefused.

    `at`: when it was posted, for one that is changed: what came before it is then what came before
    that.
    """
    if is_of_newsroom(user):
        return None
    if ban := bans.of_writer(user, words["email"], ip):
        raise CommentRefused(bans.sentence(ban))
    judgement = rules.judge(rules.Draft.new(words, ip, user.pk if user else None, at))
    if judgement and judgement.action == Rule.Action.REFUSE:
        raise CommentRefused(judgement.rule.reason)
    return premoderation.judge(article, judgement)


def is_of_newsroom(user: Any) -> bool:
    """Whoever writes or edits here is not judged by rules for readers."""
    return user is not None and (user.is_staff or hasattr(user, "author"))
