"""The pictures of a creative: what fits a size, and what is refused in one sentence."""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from advertising.delivery.slots import STORY, Size
from articles.media import uploads


def check_fit(file: Any, size: Size) -> None:
    """Raise ValidationError unless the upload is a picture of that size and weight."""
    if file.size > size.largest_kb * 1000:
        raise ValidationError(
            f"Save it at {size.largest_kb} kB or less; this has {round(file.size / 1000)} kB."
        )
    picture = uploads.read(file, uploads.ADVERT)
    if picture.moves:
        raise ValidationError("Use a still picture; this one moves.")
    double = (size.width * 2, size.height * 2)
    if size is not STORY and (picture.width, picture.height) not in (
        (size.width, size.height),
        double,
    ):
        found = f"it is {picture.width} × {picture.height}"
        raise ValidationError(
            f"This must be exactly {size.label}, or twice that for sharp screens; {found}."
        )


def clean_copy(file: Any) -> ContentFile[bytes]:
    """The picture, written anew from its pixels: of what stood in or behind them, nothing stays but
    how to show them.
    """
    return uploads.read(file, uploads.ADVERT).file


def digest_of_file(file: Any) -> str:
    sha = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(65_536):
        sha.update(chunk)
    file.seek(0)
    return sha.hexdigest()
