"""Agreeing and disagreeing: one vote each, counted where it is cast."""

from django.db import transaction

from comments.models import Reaction, SiteComment, Standing
from pagecache import invalidation


def react(comment: SiteComment, voter: str, *, agrees: bool) -> Standing:
    """Cast a vote, change it, or take it back by casting it again. The counts are exact after any number at once."""
    with transaction.atomic():
        standing = of(comment)
        mine = Reaction.objects.filter(comment=comment, voter=voter)
        before = mine.values_list("agrees", flat=True).first()
        if before is None:
            Reaction.objects.create(comment=comment, voter=voter, agrees=agrees)
        elif before == agrees:
            mine.delete()
        else:
            mine.update(agrees=agrees)
        _count(standing, before, None if before == agrees else agrees)
        invalidation.purge(f"article:{comment.object_pk}")
    return standing


def of(comment: SiteComment) -> Standing:
    """The standing of a thought, made if it has none, and locked until the transaction ends."""
    Standing.objects.get_or_create(comment=comment)
    return Standing.objects.select_for_update(of=("self",)).get(comment=comment)


def _count(standing: Standing, before: bool | None, after: bool | None) -> None:
    standing.agreed += (after is True) - (before is True)
    standing.disagreed += (after is False) - (before is False)
    standing.save(update_fields=["agreed", "disagreed"])
