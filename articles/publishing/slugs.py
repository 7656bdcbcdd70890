"""Addresses of stories that nobody typed."""

from django.db import IntegrityError, transaction

from articles.models import Article, FormerSlug

MOST_TRIES = 5


def save_under(article: Article, slug: str) -> None:
    """Insert a story under an address that is free: of two who take the same in one moment, the
    second gets the next.
    """
    for tries_left in reversed(range(MOST_TRIES)):
        article.slug = free_slug(slug)
        try:
            with transaction.atomic():
                article.save(force_insert=True)
        except IntegrityError:
            if not tries_left:
                raise
        else:
            return


def free_slug(slug: str) -> str:
    """`slug` itself, or numbered on where it is taken."""
    # Of those that begin so: few, and never the archive.
    taken = set(Article.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    taken |= set(FormerSlug.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    found, number = slug, 1
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    return found
