"""Agreeing and disagreeing: one vote each, counted where it is cast."""

from django.db import transaction

from comments.models import CommentStats, Reaction, SiteComment
from pagecache import invalidation


def react(comment: SiteComment, voter: str, *, agrees: bool) -> CommentStats:
    """Cast a vote, change it, or take it back by casting it again. The counts are exact after any
    number at once.
    """
    with transaction.atomic():
        stats = reactions_of(comment)
        mine = Reaction.objects.filter(comment=comment, voter=voter)
        before = mine.values_list("agrees", flat=True).first()
        if before is None:
            Reaction.objects.create(comment=comment, voter=voter, agrees=agrees)
        elif before == agrees:
            mine.delete()
        else:
            mine.update(agrees=agrees)
        _count(stats, before, None if before == agrees else agrees)
        invalidation.invalidate(f"article:{comment.object_pk}")
    return stats


def reactions_of(comment: SiteComment) -> CommentStats:
    """The stats of a comment, made if it has none, and locked until the transaction ends."""
    CommentStats.objects.get_or_create(comment=comment)
    return CommentStats.objects.select_for_update(of=("self",)).get(comment=comment)


def _count(stats: CommentStats, before: bool | None, after: bool | None) -> None:
    stats.agreed += (after is True) - (before is True)
    stats.disagreed += (after is False) - (before is False)
    stats.save(update_fields=["agreed", "disagreed"])
