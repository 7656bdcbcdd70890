from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import m2m_changed, post_delete, post_migrate


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = "Stories"

    def ready(self) -> None:
        from articles.media import images
        from articles.models import Article, Image

        post_delete.connect(images.delete_files_of, sender=Image)
        post_migrate.connect(create_what_the_database_keeps, sender=self)
        m2m_changed.connect(purge_lists_of_tags, sender=Article.tags.through)


def purge_lists_of_tags(
    instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """A tag was put on a story, or taken off: the list of that tag and the story’s own pages say
    so.
    """
    from articles import cache_tags
    from articles.models import Article, Tag
    from pagecache import invalidation

    if action not in ("post_add", "post_remove", "pre_clear"):
        return
    if reverse:
        for article in (
            instance.articles.all() if pk_set is None else Article.objects.filter(pk__in=pk_set)
        ):
            invalidation.invalidate(*cache_tags.tags_of_article(article, also=instance))
    elif found := cache_tags.tags_of_article(instance):
        invalidation.invalidate(
            *found, *(cache_tags.stories_tag(Tag(pk=pk)) for pk in pk_set or ())
        )


def create_what_the_database_keeps(verbosity: int, apps: Any = installed, **kwargs: Any) -> None:
    """After every migration: some remake the table of stories, and the triggers on it are gone."""
    from articles.discovery import search_index
    from articles.reading import listing_index

    say = print if verbosity else lambda text: None
    present = {model._meta.model_name for model in apps.get_app_config("articles").get_models()}
    if "article" in present:
        search_index.create(say)
    if "listing" in present:
        listing_index.create(say)
