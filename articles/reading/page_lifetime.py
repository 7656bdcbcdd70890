"""The moments at which public pages change by themselves: a story comes out, or expires."""

from articles import cache_tags
from articles.models import Article
from pagecache import add_tags, changes_at
from pagecache.cached import cached_by_tags
from pagecache.context import render_began_at


@cached_by_tags(cache_tags.SCHEDULE)
def until_next_change() -> None:
    """Say that what is being made is true until the next story comes out or goes, at most."""
    add_tags(cache_tags.SCHEDULE)
    # From when the page was begun: a story that comes out while it is made may be missing from it.
    since = render_began_at()
    scheduled = Article.objects.filter(published_at__gt=since, status="published").order_by(
        "published_at"
    )
    changes_at(scheduled.values_list("published_at", flat=True).first())
    changes_at(Article.objects.expiring(since).values_list("expires_at", flat=True).first())
