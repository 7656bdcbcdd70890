"""Rows that pages are made of: loaded, they are recorded; saved or deleted, the pages that showed
them go.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models

from pagecache import invalidation, tags
from pagecache.context import add_tags


class CacheTagged(models.Model):
    """A row whose change changes pages."""

    class Meta:
        abstract = True

    def cache_tags(self) -> Iterable[str]:
        """Return the tags that a change of this row invalidates. Called after it is saved and
        before it is deleted.
        """
        return [tags.row_tag(self)]


class TaggedByRow(CacheTagged):
    """Recorded one by one, such as stories. Every row that a page loads is a key of the page."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **kwargs: Any) -> Any:
        row = super().from_db(db, field_names, values, **kwargs)
        add_tags(tags.row_tag(row))
        return row


class TaggedAsTable(CacheTagged):
    """Recorded as a whole, for small tables that many pages show in full, such as sections."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **kwargs: Any) -> Any:
        add_tags(tags.table_tag(cls))
        return super().from_db(db, field_names, values, **kwargs)

    def cache_tags(self) -> Iterable[str]:
        return [tags.table_tag(self), tags.MISSING]


def invalidate_pages_of(
    sender: type[models.Model], instance: models.Model, raw: bool = False, **kwargs: Any
) -> None:
    """Receives post_save and pre_delete of every model: Django’s admin, commands and the shell all
    come by here.
    """
    if isinstance(instance, CacheTagged) and not raw:
        invalidation.invalidate(*instance.cache_tags())
