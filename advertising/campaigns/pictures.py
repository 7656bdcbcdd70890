"""The pictures of a creative: what fits a size, and what is refused in one sentence."""

import hashlib
import io
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from advertising.delivery.slots import STORY, Size
from articles.media import images

SHOWN_BY = ("transparency",)  # the see-through colour of a PNG's palette


def check_fit(file: Any, size: Size) -> None:
    """Raise ValidationError unless the upload is a picture of that size and weight."""
    if file.size > size.largest_kb * 1000:
        raise ValidationError(
            f"Save it at {size.largest_kb} kB or less; this has {round(file.size / 1000)} kB."
        )
    picture = images.open_picture(file)
    if getattr(picture, "is_animated", False):
        raise ValidationError("Use a still picture; this one moves.")
    double = (size.width * 2, size.height * 2)
    if size is not STORY and picture.size not in {(size.width, size.height), double}:
        found = f"it is {picture.width} × {picture.height}"
        raise ValidationError(
            f"This must be exactly {size.label}, or twice that for sharp screens; {found}."
        )


def clean_copy(file: Any) -> ContentFile[bytes]:
    """The picture, written anew from its pixels: of what stood in or behind them, nothing stays but
    how to show them.

    A file may be a picture and something else at once; this one is a picture alone.
    """
    picture = images.open_picture(file)
    kind = str(picture.format)
    buffer = io.BytesIO()
    kept = images.orientation_of(picture)
    in_srgb = images.in_srgb(picture)
    # The tables of a JPEG can be kept as long as its pixels are.
    quality: str | int = "keep" if in_srgb is picture else 92
    picture = in_srgb
    picture.info = {name: picture.info[name] for name in SHOWN_BY if name in picture.info}
    options: dict[str, dict[str, Any]] = {"JPEG": {"quality": quality}, "PNG": {"optimize": True}}
    picture.save(buffer, kind, exif=kept, **options.get(kind, {"quality": 90}))
    return ContentFile(buffer.getvalue(), name=f"picture.{images.FORMATS[kind]}")


def digest_of_file(file: Any) -> str:
    sha = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(65_536):
        sha.update(chunk)
    file.seek(0)
    return sha.hexdigest()
