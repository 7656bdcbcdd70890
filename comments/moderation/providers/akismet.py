"""Akismet: https://akismet.com/developers/detailed-docs/comment-check/ and the two calls by which
it learns.
"""

from typing import Any

from django.conf import settings

from articles.models import Article
from comments.models import ModerationDecision, SiteComment
from comments.moderation.providers.calling import call
from comments.moderation.spam_services import SpamVerdict
from comments.posting import policy
from core.http_client import Unreachable

LEARNS = {
    ModerationDecision.Action.SPAM: "submit-spam",
    ModerationDecision.Action.APPROVE: "submit-ham",
}


class Akismet:
    def posted(self, comment: SiteComment, article: Article) -> SpamVerdict | None:
        if not comment.is_public or policy.is_of_newsroom(comment.user):
            return None
        answer = self._ask(
            "comment-check", self._describe(comment) | {"permalink": _address(article)}
        )
        if answer not in ("true", "false"):
            raise Unreachable(f"Akismet said: {answer[:80]!r}. Is AKISMET_KEY right?")
        return SpamVerdict("Akismet", "It takes this for spam.") if answer == "true" else None

    def decided(self, comment: SiteComment, action: str) -> None:
        """It is told where it was wrong, and where moderators found spam that it may not know."""
        lesson = LEARNS.get(ModerationDecision.Action(action))
        if lesson:
            self._ask(lesson, self._describe(comment))

    def _describe(self, comment: SiteComment) -> dict[str, Any]:
        return {
            "api_key": settings.AKISMET_KEY,
            "blog": settings.SITE_URL,
            "user_ip": comment.ip_address or "",
            "comment_type": "reply" if comment.parent_id != comment.pk else "comment",
            "comment_author": comment.user_name,
            "comment_author_email": comment.user_email,
            "comment_author_url": comment.user_url,
            "comment_content": comment.comment,
            "comment_date_gmt": comment.submit_date.isoformat(timespec="seconds"),
            "blog_lang": "en",
            "blog_charset": "UTF-8",
        }

    def _ask(self, name: str, data: dict[str, Any]) -> str:
        return call("Akismet", f"{settings.AKISMET_URL}/1.1/{name}", data=data).strip()


def _address(article: Article) -> str:
    return settings.SITE_URL + article.get_absolute_url()
