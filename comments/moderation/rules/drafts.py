"""A comment as the rules see it: before it is a row, or long after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from comments.models.comments import SiteComment
from comments.models.moderation import MOST_HISTORY


class Past(NamedTuple):
    at: datetime
    is_public: bool
    is_removed: bool  # by a moderator


@dataclass(frozen=True)
class Draft:
    """A comment that somebody wants to post, at a moment. Earlier ones are looked up once, when a
    rule asks.
    """

    text: str
    name: str
    email: str
    url: str
    ip: str | None
    user_id: int | None
    at: datetime

    @classmethod
    def of(cls, comment: SiteComment) -> "Draft":
        """A comment that was posted, as it was then."""
        return cls(
            text=comment.comment,
            name=comment.user_name,
            email=comment.user_email,
            url=comment.user_url or "",
            ip=comment.ip_address,
            user_id=comment.user_id,
            at=comment.submit_date,
        )

    @classmethod
    def new(
        cls, words: dict[str, Any], ip: str | None, user_id: int | None, at: datetime | None = None
    ) -> "Draft":
        url = words.get("url") or ""
        return cls(
            words["comment"], words["name"], words["email"], url, ip, user_id, at or timezone.now()
        )

    @cached_property
    def history(self) -> list[Past]:
        """The writer’s earlier comments on this site, the newest first."""
        return _past(written_by(self.user_id, self.email), self.at)

    def count_of_network(self, since: datetime, most: int) -> int:
        """Comments from the same network address since then, whoever signed them; `most` at
        most.
        """
        if not self.ip:
            return 0
        sent = SiteComment.objects.filter(
            ip_address=self.ip, submit_date__gte=since, submit_date__lt=self.at
        )
        return sent.order_by()[:most].count()


def written_by(user_id: int | None, email: str) -> QuerySet[SiteComment]:
    """Comments of an account, or of an address where there is none."""
    if user_id:
        return SiteComment.objects.filter(user=user_id)
    # By the index on lower(user_email).
    comments = SiteComment.objects.alias(address=Lower("user_email"))
    return comments.filter(Q(address=email.lower()), user=None)


def _past(comments: QuerySet[SiteComment], before: datetime) -> list[Past]:
    earlier: Iterable[Any] = (
        comments.filter(submit_date__lt=before)
        .order_by("-submit_date")
        .values_list("submit_date", "is_public", "is_removed", "stats__deleted_at")[:MOST_HISTORY]
    )
    return [
        Past(at, is_public, is_removed and taken_back is None)
        for at, is_public, is_removed, taken_back in earlier
    ]
