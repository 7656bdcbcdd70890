"""Dry run of a rule over recent comments, before it is saved."""

from dataclasses import dataclass

from comments.models import Rule, SiteComment
from comments.moderation.rules.drafts import Draft
from comments.moderation.rules.judging import fits
from comments.posting import policy

LOOKED_AT = 1_000


@dataclass(frozen=True)
class Caught:
    comment: SiteComment
    found: str


@dataclass(frozen=True)
class DryRun:
    looked_at: int
    caught: list[Caught]

    @property
    def published(self) -> int:
        """Of those caught, how many moderators and readers had left where they are: the likely
        mistakes.
        """
        return sum(each.comment.is_public and not each.comment.is_removed for each in self.caught)


def dry_run(rule: Rule) -> DryRun:
    """Judge the newest comments by one rule, as if it had been on then. Nothing is changed."""
    newest = list(
        SiteComment.objects.select_related("user__author").order_by("-submit_date", "-pk")[
            :LOOKED_AT
        ]
    )
    seen = (
        (comment, fits(rule, Draft.of(comment)))
        for comment in newest
        if not policy.is_of_newsroom(comment.user)
    )
    return DryRun(len(newest), [Caught(comment, found) for comment, found in seen if found])
