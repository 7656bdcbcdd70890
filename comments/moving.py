"""A conversation moves to another story, whole: what waits for a mail goes with it."""

from django.db import transaction

from articles.models import Article
from comments import counting
from comments.models import Confirmation, comments_on


def move_all(source: Article, into: Article) -> int:
    """Return how many thoughts moved. The caller has locked both stories, the lower key first."""
    with transaction.atomic():
        moved = comments_on(source).update(object_pk=str(into.pk))
        Confirmation.objects.filter(article=source).update(article=into)
        for article in (source, into):
            counting.recount(article.pk)
    return moved
