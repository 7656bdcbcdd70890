"""A conversation moves to another story, whole: what waits for a mail goes with it."""

from django.db import transaction

from articles.models import Article
from comments.models import Confirmation, FeaturedComment, comments_on
from comments.reading import comment_counts


def move_all(source: Article, into: Article) -> int:
    """Return how many comments moved. The caller has locked both stories, the lower key first."""
    with transaction.atomic():
        moved = comments_on(source).update(object_pk=str(into.pk))
        Confirmation.objects.filter(article=source).update(article=into)
        _move_pick(source, into)
        for article in (source, into):
            comment_counts.recount(article.pk)
    return moved


def _move_pick(source: Article, into: Article) -> None:
    """A story has one pick: its own goes before the one that comes along."""
    pick = FeaturedComment.objects.filter(article=source).first()
    if pick is None:
        return
    pick.delete()
    if not FeaturedComment.objects.filter(article=into).exists():
        FeaturedComment.objects.create(article=into, comment=pick.comment, by=pick.by, at=pick.at)
