from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = "Stories"

    def ready(self) -> None:
        post_migrate.connect(create_what_the_database_keeps, sender=self)


def create_what_the_database_keeps(verbosity: int, apps: Any = installed, **kwargs: Any) -> None:
    """After every migration: some remake the table of stories, and the triggers on it are gone."""
    from articles import listings, search_index

    say = print if verbosity else lambda text: None
    present = {model._meta.model_name for model in apps.get_app_config("articles").get_models()}
    if "article" in present:
        search_index.create(say)
    if "listing" in present:
        listings.create(say)
