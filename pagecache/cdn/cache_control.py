"""The time for which others may keep a page."""

from datetime import datetime

from django.utils import timezone

from pagecache.cached_page import STALE_IF_ERROR
from pagecache.cdn import purging

MISSING_FOR = 60  # seconds a CDN may keep that there is nothing


def cache_control(status: int, refresh_at: datetime, changes_at: datetime) -> str:
    """Browsers ask each time, and mostly hear 304. A cache that we can purge keeps a page as long as we
    do. One that we cannot purge asks again after a second.
    """
    shared, after = 1, 1
    if purging.configured() is not None:
        now = timezone.now()
        shared = max(1, int((refresh_at - now).total_seconds()))
        after = max(0, int((changes_at - refresh_at).total_seconds()))
        if status >= 400:
            shared, after = min(shared, MISSING_FOR), 0
    return f"public, max-age=0, s-maxage={shared}, stale-while-revalidate={after}, stale-if-error={STALE_IF_ERROR}"
