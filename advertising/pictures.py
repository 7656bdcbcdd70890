"""The pictures of a creative: what fits a size, and what is refused in one sentence."""

from typing import Any

from django.core.exceptions import ValidationError

from advertising.slots import STORY, Size
from articles import images


def check_fit(file: Any, size: Size) -> None:
    """Raise ValidationError unless the upload is a picture of that size and weight."""
    if file.size > size.largest_kb * 1000:
        raise ValidationError(f"Save it at {size.largest_kb} kB or less; this has {round(file.size / 1000)} kB.")
    picture = images.open_picture(file)
    if getattr(picture, "is_animated", False):
        raise ValidationError("Use a still picture; this one moves.")
    double = (size.width * 2, size.height * 2)
    if size is not STORY and picture.size not in {(size.width, size.height), double}:
        found = f"it is {picture.width} × {picture.height}"
        raise ValidationError(f"This must be exactly {size.label}, or twice that for sharp screens; {found}.")
