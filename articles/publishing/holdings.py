"""Holdings: the coins that authors own and write about, as declared when the story came out."""

from articles.models import Article, Author, Byline, Holding
from articles.publishing.bylines import join_names


def record_at_publication(article: Article) -> None:
    """Keep on each byline which of the story’s coins its author holds now. What was kept before
    stays.
    """
    if article.is_paid:
        return
    coins = list(article.article_coins.values_list("coin_id", flat=True))
    held: dict[int, list[str]] = {}
    for author, name in Holding.objects.filter(
        author__bylines__article=article, coin__in=coins
    ).values_list("author_id", "coin__name"):
        held.setdefault(author, []).append(name)
    for byline in Byline.objects.filter(article=article, held_at_publication=""):
        if byline.author_id in held:
            byline.held_at_publication = join_names(held[byline.author_id])[:300]
            byline.save(update_fields=["held_at_publication"])


def declared_by(author: Author) -> str:
    """Return an author’s disclosure for their own page: in their words, or else the coins that they
    declared.
    """
    if author.holdings:
        return author.holdings
    coins = [holding.coin.name for holding in author.held.select_related("coin")]
    return f"Holds {join_names(coins)}." if coins else ""


def sentence(bylines: list[Byline]) -> str:
    """“Ada Quill holds Bitcoin.”, or nothing where nobody declared anything. Bylines come with
    their authors.
    """
    holders = [
        f"{each.author.name} holds {each.held_at_publication}"
        for each in bylines
        if each.held_at_publication
    ]
    if not holders:
        return ""
    return f"{'; '.join(holders)}, as declared when this was published."
