"""How many thoughts an article has, kept on the article so that a card needs no count."""

from django.db import transaction

from articles import page_keys, related
from articles.models import Article
from comments.models import comments_on
from newsroom.pagecache import changes, keys


def recount(article_id: int) -> None:
    """Write the number of public comments. Call it in the transaction that changed one."""
    with transaction.atomic():
        article = Article.objects.select_for_update(of=("self",)).only("pk").filter(pk=article_id).first()
        if article is None:
            return
        public = comments_on(article).filter(is_public=True, is_removed=False).count()
        Article.objects.filter(pk=article_id).update(comment_count=public)
        changes.purge(keys.of(article), *_lists_that_change(article_id))


def _lists_that_change(article_id: int) -> list[str]:
    """“Most discussed”, if the article is among them now. If it was, those lists show it, and carry its own key."""
    most = Article.objects.published().most_discussed().values_list("pk", flat=True)[: related.DISCUSSED]
    return [page_keys.DISCUSSED] if article_id in most else []
