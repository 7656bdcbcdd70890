"""Stories on the page of a coin."""

from django import template
from django.db.models import F

from articles import page_keys
from articles.models import Article
from newsroom.pagecache import record
from ticker.models import Coin

register = template.Library()
SHOWN = 8


@register.simple_tag
def stories_about(coin: Coin) -> list[Article]:
    """The newest published pieces about `coin`, each with `price_then`, the price it had when they came out."""
    record(page_keys.stories_of(coin))
    about = Article.objects.published().journalism().filter(article_coins__coin=coin)
    with_price = about.annotate(price_then=F("article_coins__price_at_publication"))
    return list(with_price.for_cards().newest_first()[:SHOWN])
