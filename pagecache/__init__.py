"""
Pages kept whole, and fresh within a second.

What an app needs of it: `public_page` on a view, rows that say what they change (`rows`), and where a page shows
something that is no row, `record`, `refresh_at`, `changes_at`. Whoever changes something without saving a row calls
`changes.purge`. It knows no app.
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
