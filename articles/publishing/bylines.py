"""Bylines in words."""

from articles.models import Article, Byline
from pagecache import invalidation, tags


def join_names(names: list[str]) -> str:
    """“A”, “A and B”, “A, B and C”."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def refresh(article: Article) -> None:
    """Write the names on the article itself, so that a list of cards needs no query for each."""
    names = Byline.objects.filter(article=article).values_list("author__name", flat=True)
    article.byline = join_names(list(names))[:300]
    Article.objects.filter(pk=article.pk).update(byline=article.byline)
    invalidation.invalidate(tags.row_tag(article))
