"""Stories on the page of a coin."""

from django import template
from django.db.models import OuterRef, Subquery

from articles import cache_tags
from articles.models import Article, ArticleCoin
from articles.reading.listing_index import SubjectSource
from pagecache import add_tags
from ticker.models import Coin

register = template.Library()
SHOWN = 8


@register.simple_tag
def stories_about(coin: Coin) -> list[Article]:
    """The newest published pieces about `coin`, each with `price_then`, the price it had when they
    came out.
    """
    add_tags(cache_tags.stories_tag(coin))
    then = ArticleCoin.objects.filter(coin=coin, article=OuterRef("pk")).values(
        "price_at_publication"
    )[:1]
    stories = (
        Article.objects.published().journalism().annotate(price_then=Subquery(then)).for_cards()
    )
    return list(SubjectSource(coin, stories).first(SHOWN, among=SHOWN * 3))
