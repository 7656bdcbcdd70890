"""The publication’s one row."""

from newsroom.models import Publication
from pagecache import add_tags, table_tag
from pagecache.cached import cached_by_tags


@cached_by_tags(table_tag(Publication))
def publication() -> Publication:
    """Return the publication, with its default texts before anybody has edited it."""
    add_tags(table_tag(Publication))
    return Publication.objects.first() or Publication()
