"""The desk’s pick: one comment a story, shown above the others for as long as it stands itself."""

from typing import TYPE_CHECKING

from django.db import transaction

from articles.models import Article
from comments.models import FeaturedComment, SiteComment

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotShown(Exception):
    """Only what readers can see is picked. The message is for the desk; nothing was changed."""


def feature(comment: SiteComment, by: "User | None") -> FeaturedComment:
    """Show `comment` above the others under its story, instead of what was shown before. Raises
    NotShown.
    """
    with transaction.atomic():
        story = (
            Article.objects.select_for_update(of=("self",))
            .only("pk")
            .filter(pk=int(comment.object_pk))
            .first()
        )
        stands = SiteComment.objects.filter(
            pk=comment.pk, object_pk=comment.object_pk, is_public=True, is_removed=False
        ).exists()
        if story is None or not stands:
            raise NotShown("Readers do not see this comment.")
        for elsewhere in FeaturedComment.objects.filter(comment=comment).exclude(article=story):
            elsewhere.delete()
        return FeaturedComment.objects.update_or_create(
            article=story, defaults={"comment": comment, "by": by}
        )[0]


def unfeature(comment: SiteComment) -> bool:
    """Show it as one of many again. Returns whether it had been picked."""
    found = FeaturedComment.objects.filter(comment=comment).first()
    if found is not None:
        found.delete()
    return found is not None
