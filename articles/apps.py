from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = "Stories"

    def ready(self) -> None:
        post_migrate.connect(create_search_index, sender=self)


def create_search_index(verbosity: int, **kwargs: Any) -> None:
    """After every migration: some remake the table of stories, and what hangs on it is gone."""
    from articles import search_index

    search_index.create(print if verbosity else lambda text: None)
