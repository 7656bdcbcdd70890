"""Copies of stories: a new draft that says the same."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from articles.models import Article, ArticleCoin, Byline
from articles.publishing import bylines, revisions, slugs

if TYPE_CHECKING:
    from django.contrib.auth.models import User

COPY = "Copy of "
COPIED = ("section", "standfirst", "kind", "body", "hero", "comments_open", "holds_comments")


def duplicate(article: Article, by: "User") -> Article:
    """A new draft that says what `article` says: text, picture, bylines, tags and coins, but no date
    and no comments. A copy of a template is a story. Raises ValidationError for paid work, whose
    copy is its advertiser’s.
    """
    if article.is_paid:
        raise ValidationError("Paid work is not duplicated: it belongs to its order.")
    with transaction.atomic():
        title = article.title if article.is_template else f"{COPY}{article.title}"
        copy = Article(
            title=title[: Article._meta.get_field("title").max_length],
            **{name: getattr(article, name) for name in COPIED},
        )
        slugs.save_under(copy, f"{article.slug[:100]}-copy")
        copy.tags.set(article.tags.all())
        for position, byline in enumerate(article.bylines.all()):
            Byline.objects.create(article=copy, author_id=byline.author_id, position=position)
        for about in ArticleCoin.objects.filter(article=article):
            ArticleCoin.objects.create(article=copy, coin_id=about.coin_id)
        bylines.refresh(copy)
        revisions.keep(copy, by)
        return copy
