"""
Whole pages kept before Django, purged by tag within a second.

An app marks a view with `public_page` and gives its rows `CacheTagged` as a base. Where a page
shows something that is no row, it calls `add_tags`, `refresh_at` or `changes_at`; whoever changes
something without saving a row calls `invalidation.invalidate`. The package knows no app and stands
on public interfaces only.
"""

from pagecache.context import add_tags, changes_at, public_page, refresh_at
from pagecache.tags import list_tag, row_tag, table_tag

__all__ = [
    "add_tags",
    "changes_at",
    "list_tag",
    "public_page",
    "refresh_at",
    "row_tag",
    "table_tag",
]
