"""Pictures: what is accepted, where it is kept, and the smaller renditions of each."""

import io
import uuid
import warnings
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django_tasks import task
from PIL import Image as Pillow
from PIL import ImageOps

from newsroom.pagecache import changes

if TYPE_CHECKING:
    from articles.models import Image

LARGEST_BYTES = 10_000_000
LARGEST_PIXELS = 40_000_000
SMALLEST_WIDTH = 40
SMALLEST_LIBRARY_WIDTH = 600
LONGEST_SIDE = 16_000  # WebP ends at 16,383
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
RENDITION_WIDTHS = (400, 800, 1280)
WEBP_QUALITY = 62


def validate_picture(file: Any) -> None:
    """Refuse, in one sentence, what is broken, too large by bytes or pixels, or not a plain picture."""
    if getattr(file, "_committed", False):
        return  # It was checked when it came; the form is saved without a new upload.
    if file.size > LARGEST_BYTES:
        raise ValidationError("This picture is larger than 10 MB. Save it smaller and try again.")
    picture = open_picture(file)
    if picture.width < SMALLEST_WIDTH:
        raise ValidationError(f"This picture is only {picture.width} pixels wide.")
    if max(picture.size) > LONGEST_SIDE:
        raise ValidationError("This picture is too long: no side may have more than 16,000 pixels.")


def validate_library_picture(file: Any) -> None:
    """A picture that can lead a story."""
    validate_picture(file)
    if getattr(file, "_committed", False):
        return
    width = ImageOps.exif_transpose(open_picture(file)).width
    if width < SMALLEST_LIBRARY_WIDTH:
        raise ValidationError(f"This picture is only {width} pixels wide; it needs {SMALLEST_LIBRARY_WIDTH} at least.")


def open_picture(file: Any) -> Pillow.Image:
    """Return the decoded picture. Raises ValidationError, having read no more than the header of a bomb."""
    try:
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            picture = Pillow.open(file, formats=tuple(FORMATS))
            if picture.width * picture.height > LARGEST_PIXELS:
                raise Pillow.DecompressionBombError
            picture.load()
            return picture
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise ValidationError("This picture has more than 40 million pixels. Make it smaller and try again.") from error
    except Exception as error:  # Pillow raises a dozen kinds for broken files; all mean the same here.
        raise ValidationError("This is not a JPEG, PNG or WebP picture, or it is damaged.") from error
    finally:
        file.seek(0)


def library_path(image: "Image", filename: str) -> str:
    """A name that gives nothing away and is never used twice."""
    suffix = PurePosixPath(filename).suffix.lower().lstrip(".")
    suffix = suffix if suffix in ("jpg", "jpeg", "png", "webp") else "img"
    return f"images/{timezone.now():%Y/%m}/{uuid.uuid4().hex}.{suffix}"


def rendition_widths(width: int) -> list[int]:
    """The widths to make of a picture: each that is smaller, and its own up to the largest."""
    smaller = [each for each in RENDITION_WIDTHS if each < width]
    return sorted({*smaller, min(width, RENDITION_WIDTHS[-1])})


def make_renditions(image: "Image") -> None:
    """Write WebP files of each smaller width beside the original, without its metadata."""
    with image.file.open("rb") as file:
        picture = ImageOps.exif_transpose(open_picture(file))
    picture = in_web_colours(picture)
    storage = image.file.storage
    stem = PurePosixPath(str(image.file.name)).with_suffix("")
    renditions = {}
    for width in rendition_widths(picture.width):
        height = max(1, round(picture.height * width / picture.width))
        buffer = io.BytesIO()
        picture.resize((width, height), Pillow.Resampling.LANCZOS).save(buffer, "WEBP", quality=WEBP_QUALITY, method=4)
        renditions[str(width)] = storage.save(f"{stem}-{width}.webp", ContentFile(buffer.getvalue()))
    image.renditions = renditions
    # As it is shown: a camera may have stored it lying on its side.
    image.width, image.height = picture.size
    with transaction.atomic():
        # Unless another file took its place meanwhile: that one has its own rendering to come.
        type(image).objects.filter(pk=image.pk, file=image.file.name).update(
            renditions=renditions, width=picture.width, height=picture.height
        )
        changes.purge(*image.page_keys())


def in_web_colours(picture: Pillow.Image) -> Pillow.Image:
    """Eight bits a channel, red, green and blue, with transparency only where there is some."""
    if picture.mode.startswith("I"):  # sixteen bits of grey
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


@task()
def render_image(image_id: int) -> None:
    from articles.models import Image

    image = Image.objects.filter(pk=image_id).first()
    if image and not image.renditions:
        make_renditions(image)


def render_later(image: "Image") -> None:
    """Have the worker make the renditions once the upload is committed."""
    transaction.on_commit(lambda: render_image.enqueue(image.pk))


def url_at_width(image: "Image", width: int) -> str:
    """The smallest rendition of at least `width` pixels, else the largest, else the original."""
    storage = image.file.storage
    if not image.renditions:
        return image.file.url
    widths = sorted(int(each) for each in image.renditions)
    best = next((each for each in widths if each >= width), widths[-1])
    return storage.url(image.renditions[str(best)])


def srcset(image: "Image") -> str:
    storage = image.file.storage
    return ", ".join(
        f"{storage.url(image.renditions[str(width)])} {width}w"
        for width in sorted(int(each) for each in image.renditions)
    )
