"""The desk’s pick: one thought a story, shown above the others for as long as it stands itself."""

from typing import TYPE_CHECKING

from django.db import transaction

from articles.models import Article
from comments.models import Pick, SiteComment

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotShown(Exception):
    """Only what readers can see is picked. The message is for the desk; nothing was changed."""


def pick(comment: SiteComment, by: "User | None") -> Pick:
    """Show `comment` above the others under its story, instead of what was shown before. Raises NotShown."""
    with transaction.atomic():
        story = Article.objects.select_for_update(of=("self",)).only("pk").filter(pk=int(comment.object_pk)).first()
        stands = SiteComment.objects.filter(
            pk=comment.pk, object_pk=comment.object_pk, is_public=True, is_removed=False
        ).exists()
        if story is None or not stands:
            raise NotShown("Readers do not see this thought.")
        for elsewhere in Pick.objects.filter(comment=comment).exclude(article=story):
            elsewhere.delete()
        return Pick.objects.update_or_create(article=story, defaults={"comment": comment, "by": by})[0]


def unpick(comment: SiteComment) -> bool:
    """Show it as one of many again. Returns whether it had been picked."""
    found = Pick.objects.filter(comment=comment).first()
    if found is not None:
        found.delete()
    return found is not None
