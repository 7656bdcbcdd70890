"""Stories on the page of a coin."""

from django import template

from articles import page_keys
from articles.models import Article, ArticleCoin
from newsroom.pagecache import record
from ticker.models import Coin

register = template.Library()
SHOWN = 8


@register.simple_tag
def stories_about(coin: Coin) -> list[ArticleCoin]:
    """The newest published pieces about `coin`, each with the price it had then."""
    record(page_keys.stories_of(coin))
    published = Article.objects.published().journalism()
    about = ArticleCoin.objects.filter(coin=coin, article__in=published)
    newest = about.select_related("article__section", "article__hero").defer("article__body", "article__search_text")
    return list(newest.order_by("-article__published_at", "-article_id")[:SHOWN])
