"""The place where our pictures are kept and fetched: our own folder, or a bucket."""

from django.conf import settings

# Texts name the files of our library by this, wherever they are kept; the outside is told MEDIA_URL.
MEDIA_PATH = "/media/"


class StorageAway(Exception):
    """The place of pictures cannot be reached or refuses us; later it may not."""


def media_as_stored(html: str) -> str:
    """The addresses of our pictures in a text, as they are kept: they outlive a move of the files."""
    return html.replace(f'src="{settings.MEDIA_URL}', f'src="{MEDIA_PATH}')


def media_as_served(html: str) -> str:
    """The addresses of our pictures in a text, as readers fetch them."""
    return html.replace(f'src="{MEDIA_PATH}', f'src="{settings.MEDIA_URL}')
