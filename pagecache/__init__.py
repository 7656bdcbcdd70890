"""
Pages kept whole, and fresh within a second.

What an app needs of it: `public_page` on a view, rows that say what they change (`rows`), and where a page shows
something that is no row, `record`, `refresh_at`, `changes_at`. Whoever changes something without saving a row calls
`changes.purge`. It knows no app.
"""

from pagecache.context import changes_at, public_page, record, refresh_at
from pagecache.tags import list_of, of, whole

__all__ = ["changes_at", "list_of", "of", "public_page", "record", "refresh_at", "whole"]
