"""
A signed message to an address of the newsroom’s own, whenever a comment is posted or decided.

    POST, application/json
    Newsroom-Signature: t=<seconds since 1970>,v1=<hex of HMAC-SHA256 over "<t>.<body>" with
    COMMENT_HOOK_SECRET>

Whoever receives it checks the signature over the bytes as they came, and refuses a `t` that is
older than minutes.
The body has no address of a reader, neither of mail nor of a network.
"""

import hashlib
import hmac
import json
import time
from typing import Any

from django.conf import settings
from django.urls import reverse

from articles.models import Article
from comments.models import SiteComment
from comments.moderation.providers.calling import call
from comments.moderation.spam_services import SpamVerdict


class Hook:
    def posted(self, comment: SiteComment, article: Article) -> SpamVerdict | None:
        """It listens. An answer of {"hold": "why"} takes the comment off the page until a moderator
        has read it.
        """
        said = self._send(
            "comment.posted", comment, {"story": settings.SITE_URL + article.get_absolute_url()}
        )
        why = said.get("hold")
        return SpamVerdict("The newsroom’s own program", str(why)) if why else None

    def decided(self, comment: SiteComment, action: str) -> None:
        self._send("comment.decided", comment, {"decision": action})

    def _send(self, event: str, comment: SiteComment, more: dict[str, str]) -> dict[str, Any]:
        data = {
            "event": event,
            "comment": {
                "id": comment.pk,
                "url": settings.SITE_URL + reverse("comment", args=[comment.pk]),
                "name": comment.name,
                "text": comment.comment,
                "posted_at": comment.submit_date.isoformat(timespec="seconds"),
                "answers": comment.answers_id,
                "is_public": comment.is_public and not comment.is_removed,
            },
        }
        body = json.dumps(data | more, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "Newsroom-Signature": signature(body, int(time.time())),
        }
        return _object(call("The hook", settings.COMMENT_HOOK_URL, headers, data=body))


def signature(body: bytes, at: int) -> str:
    key = settings.COMMENT_HOOK_SECRET.encode()
    return f"t={at},v1={hmac.new(key, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def _object(text: str) -> dict[str, Any]:
    """Return the answer if it is an object; anything else is taken for nothing."""
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
