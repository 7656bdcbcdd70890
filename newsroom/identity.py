"""Who we are: the publication’s one row."""

from newsroom.models import Publication


def publication() -> Publication:
    """Return the publication, with its default texts before anybody has edited it."""
    return Publication.objects.first() or Publication()
