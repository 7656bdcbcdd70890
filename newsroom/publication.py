"""Who we are: the publication’s one row."""

from newsroom.models import Publication
from pagecache import record, whole
from pagecache.cached import shared


@shared(whole(Publication))
def publication() -> Publication:
    """Return the publication, with its default texts before anybody has edited it."""
    record(whole(Publication))
    return Publication.objects.first() or Publication()
