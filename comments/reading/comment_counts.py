"""Comment counts, kept on the article so that a card needs no count."""

from django.db import transaction
from django.db.models import F

from articles import cache_tags
from articles.models import Article
from articles.reading import related
from comments.models import comments_on
from pagecache import invalidation, tags
from pagecache.cached import cached_by_tags


def add_one(article: Article) -> None:
    """One public comment more. The caller has locked `article` and loaded its count."""
    Article.objects.filter(pk=article.pk).update(comment_count=F("comment_count") + 1)
    invalidation.invalidate(
        tags.row_tag(article), *_lists_that_change(article.comment_count, article.comment_count + 1)
    )


def recount(article_id: int) -> None:
    """Write the number of public comments. Call it in the transaction that changed one."""
    with transaction.atomic():
        article = (
            Article.objects.select_for_update(of=("self",))
            .only("comment_count")
            .filter(pk=article_id)
            .first()
        )
        if article is None:
            return
        public = comments_on(article).filter(is_public=True, is_removed=False).count()
        Article.objects.filter(pk=article_id).update(comment_count=public)
        invalidation.invalidate(
            tags.row_tag(article), *_lists_that_change(article.comment_count, public)
        )


def _lists_that_change(before: int, after: int) -> list[str]:
    """The newest comments; “most discussed” only if the article has enough to have been or to be
    among them.
    """
    if max(before, after) < fewest_of_the_most_discussed():
        return [cache_tags.COMMENTS]
    found = [cache_tags.COMMENTS, cache_tags.DISCUSSED]
    return found if after > before else [*found, cache_tags.DISCUSSED_LESS]


# Not asked again for each comment: where that number has risen since, some pages are made once more
# than they need.
@cached_by_tags(cache_tags.DISCUSSED_LESS)
def fewest_of_the_most_discussed() -> int:
    """With how many comments an article is among the most discussed."""
    most = Article.objects.published().most_discussed().values_list("comment_count", flat=True)
    counts = list(most[: related.DISCUSSED])
    return counts[-1] if len(counts) == related.DISCUSSED else 0
