"""How many thoughts an article has, kept on the article so that a card needs no count."""

from django.db import transaction

from articles.models import Article
from comments.models import comments_on


def recount(article_id: int) -> None:
    """Write the number of public comments. Call it in the transaction that changed one."""
    with transaction.atomic():
        article = Article.objects.select_for_update(of=("self",)).only("pk").filter(pk=article_id).first()
        if article is None:
            return
        public = comments_on(article).filter(is_public=True, is_removed=False).count()
        Article.objects.filter(pk=article_id).update(comment_count=public)
