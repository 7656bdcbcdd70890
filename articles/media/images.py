"""Pictures: what is accepted, where it is kept, and the smaller renditions of each."""

import io
import uuid
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django_tasks import task
from PIL import Image as Pillow
from PIL import ImageOps

from articles.media import uploads
from articles.media.colours import in_web_colours
from pagecache import invalidation

if TYPE_CHECKING:
    from articles.models import Image

SMALLEST_WIDTH = 40
SMALLEST_LIBRARY_WIDTH = 600
RENDITION_WIDTHS = (400, 800, 1280)
# Of the same look; AVIF comes out a third to a half smaller. More speed makes it larger, less takes
# seconds a picture.
WEBP = {"format": "WEBP", "quality": 62, "method": 4}
AVIF = {"format": "AVIF", "quality": 50, "speed": 8, "max_threads": 1}
AVIF_PREFIX = "avif-"
# What search engines and cards want besides:
# https://developers.google.com/search/docs/appearance/structured-data/article
CROPS = {"16x9": (1200, 675), "4x3": (1200, 900), "1x1": (1200, 1200)}
JPEG_QUALITY = 82


def validate_picture(file: Any) -> None:
    """Refuse, in one sentence, what is broken, too large by bytes or pixels, or not a plain
    picture.
    """
    if is_new(file):
        refuse_narrow(uploads.read(file, uploads.LIBRARY), SMALLEST_WIDTH)


def validate_library_picture(file: Any) -> None:
    """A picture that can lead a story."""
    if is_new(file):
        refuse_narrow(uploads.read(file, uploads.LIBRARY), SMALLEST_LIBRARY_WIDTH)


def is_new(file: Any) -> bool:
    """A committed file was checked when it came: its form is saved without a new upload."""
    return not getattr(file, "_committed", False)


def refuse_narrow(picture: uploads.Upload, least: int) -> None:
    if picture.width < least:
        raise ValidationError(
            f"This picture is only {picture.width} pixels wide; it needs {least} at least."
        )


def cropped(picture: Pillow.Image, size: tuple[int, int], focal: tuple[int, int]) -> Pillow.Image:
    """The largest part of `picture` of that shape around the focal point (per cent), no larger than
    `size`.
    """
    scale = min(picture.width / size[0], picture.height / size[1])
    width, height = round(size[0] * scale), round(size[1] * scale)
    left = min(max(0, round(picture.width * focal[0] / 100 - width / 2)), picture.width - width)
    top = min(max(0, round(picture.height * focal[1] / 100 - height / 2)), picture.height - height)
    part = picture.crop((left, top, left + width, top + height))
    return part if scale < 1 else part.resize(size, Pillow.Resampling.LANCZOS)


@task(queue_name="pictures")
def delete_stored(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def delete_files(names: Iterable[str]) -> None:
    """Have the worker delete files of the library, once the change that they are not needed after is
    committed: a bucket may be away.
    """
    unneeded = sorted(names)
    if unneeded:
        transaction.on_commit(lambda: delete_stored.enqueue(unneeded))


def delete_files_of(instance: "Image", **kwargs: Any) -> None:
    """Receives post_delete: whatever deletes a picture, its files go with it."""
    delete_files(instance.file_names())


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
    """Write WebP and AVIF files of each smaller width and the crops beside the original, without
    its metadata.
    """
    with image.file.open("rb") as file:
        picture = ImageOps.exif_transpose(Pillow.open(file, formats=[*uploads.SUFFIXES]))
    picture = in_web_colours(picture)
    storage = image.file.storage
    stem = PurePosixPath(str(image.file.name)).with_suffix("")
    encoded = encoded_at_widths(picture, rendition_widths(picture.width))
    for name, size in CROPS.items():
        crop = cropped(picture, size, (image.focal_x, image.focal_y)).convert("RGB")
        encoded[name] = encode(
            crop, format="JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True
        )
    earlier = set(image.renditions.values())
    image.renditions = renditions = {
        name: storage.save(
            f"{stem}-{name.removeprefix(AVIF_PREFIX)}.{suffix_of(name)}", ContentFile(content)
        )
        for name, content in encoded.items()
    }
    # As it is shown: a camera may have stored it lying on its side.
    image.width, image.height = picture.size
    with transaction.atomic():
        # Unless another file took its place meanwhile: that one has its own rendering to come.
        is_still_it = type(image).objects.filter(pk=image.pk, file=image.file.name)
        was_kept = is_still_it.update(
            renditions=renditions, width=picture.width, height=picture.height
        )
        invalidation.invalidate(*image.cache_tags())
        delete_files(earlier - set(renditions.values()) if was_kept else renditions.values())


def encoded_at_widths(
    picture: Pillow.Image, widths: Iterable[int], avif: Mapping[str, Any] = AVIF
) -> dict[str, bytes]:
    """The files of each width by the names that renditions have: “800” is WebP, “avif-800” AVIF.

    Flat drawings come out larger as AVIF; then there is none.
    """
    scaled = {width: at_width(picture, width) for width in widths}
    webp = {str(width): encode(each, **WEBP) for width, each in scaled.items()}
    smaller = {f"{AVIF_PREFIX}{width}": encode(each, **avif) for width, each in scaled.items()}
    gains = sum(map(len, smaller.values())) < sum(map(len, webp.values()))
    return webp | (smaller if gains else {})


def at_width(picture: Pillow.Image, width: int) -> Pillow.Image:
    if picture.width == width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Pillow.Resampling.LANCZOS)


def encode(picture: Pillow.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, **options)
    return buffer.getvalue()


def suffix_of(rendition: str) -> str:
    if rendition.startswith(AVIF_PREFIX):
        return "avif"
    return "jpg" if rendition in CROPS else "webp"


def widths_of(image: "Image") -> list[int]:
    return sorted(int(name) for name in image.renditions if name.isdecimal())


def crop_urls(image: "Image") -> list[str]:
    """The crops for search engines and cards, the widest first; none before the worker has made
    them.
    """
    return [
        image.file.storage.url(image.renditions[name]) for name in CROPS if name in image.renditions
    ]


def url_at_width(image: "Image", width: int) -> str:
    """The smallest rendition of at least `width` pixels, else the largest, else the original."""
    storage = image.file.storage
    if not image.renditions:
        return image.file.url
    widths = widths_of(image)
    best = next((each for each in widths if each >= width), widths[-1])
    return storage.url(image.renditions[str(best)])


def srcset(image: "Image", prefix: str = "") -> str:
    """The files of each width, WebP unless AVIF is asked for by its prefix; nothing where there are
    none.
    """
    named = ((width, image.renditions.get(f"{prefix}{width}")) for width in widths_of(image))
    return ", ".join(f"{image.file.storage.url(name)} {width}w" for width, name in named if name)
