"""Stores of cached pages: the memory of a process, files, Redis."""

from django.conf import settings

from pagecache.stores.base import Store
from pagecache.stores.files import FileStore
from pagecache.stores.redis import RedisStore


def persistent_store() -> Store:
    """The store in which pages outlive their process."""
    if settings.REDIS_URL:
        return RedisStore(settings.REDIS_URL)
    return FileStore(settings.DATA_DIR / "pages")
