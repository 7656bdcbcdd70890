"""The demo’s pictures, drawn on all processors before anything is stored."""

import io
import os
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from PIL import Image as Pillow

from articles.media import images
from articles.models import Image
from newsroom.demo import engraving, files

WIDTHS = (400, 800, 1280)
# The first start waits for them: quicker to make than the worker’s, and a little larger.
QUICK_AVIF = {"format": "AVIF", "quality": 45, "speed": 10, "max_threads": 1}


@dataclass(frozen=True)
class Order:
    """What to draw; the same order gives the same picture."""

    slug: str
    motif: str
    ink: str

    @property
    def seed(self) -> int:
        return zlib.crc32(self.slug.encode())

    @property
    def widths(self) -> tuple[int, ...]:
        return (224,) if self.motif == "seal" else WIDTHS


Renditions = dict[str, bytes]
Drawn = dict[str, Renditions]


def orders() -> list[Order]:
    found = [
        Order(text.slug, text.keys["motif"], text.keys["section"])
        for folder in ("stories", "sponsored")
        for text in files.texts(folder)
    ]
    authors = [
        Order(row["slug"], "seal", "policy") for row in files.tables("people.toml")["author"]
    ]
    figures = [Order("figure-1", "chain", "technology"), Order("figure-2", "blocks", "technology")]
    return [*found, *figures, *authors]


def draw_all(say: Callable[[str], None]) -> Drawn:
    """Draw whatever the library does not hold yet, and no earlier demo in this folder has left."""
    held = set(Image.objects.values_list("file", flat=True))
    wanted = [order for order in orders() if file_name(order.slug) not in held]
    drawn = {order.slug: left for order in wanted if (left := left_by_an_earlier_demo(order))}
    missing = [order for order in wanted if order.slug not in drawn]
    if not missing:
        return drawn
    say(f"Drawing {len(missing)} pictures …")
    with ProcessPoolExecutor(min(len(missing), os.cpu_count() or 1)) as pool:
        return drawn | dict(
            zip((order.slug for order in missing), pool.map(draw, missing), strict=True)
        )


def left_by_an_earlier_demo(order: Order) -> Renditions:
    """The files of a picture that was drawn for a database that is gone; nothing unless every width is there."""
    storage = Image._meta.get_field("file").storage
    largest = str(max(order.widths))
    names = {str(width): file_name(order.slug, str(width)) for width in order.widths} | {
        largest: file_name(order.slug)
    }
    if not all(map(storage.exists, names.values())):
        return {}
    avif = {
        f"{images.AVIF_PREFIX}{width}": file_name(order.slug, f"{images.AVIF_PREFIX}{width}")
        for width in order.widths
    }
    names |= {name: path for name, path in avif.items() if storage.exists(path)}
    return {name: read(storage, path) for name, path in names.items()}


def read(storage: Storage, path: str) -> bytes:
    with storage.open(path) as file:
        return bytes(file.read())


def draw(order: Order) -> Renditions:
    if order.motif == "seal":
        picture = engraving.render_seal(ink=order.ink, seed=order.seed)
    else:
        picture = engraving.render(order.motif, ink=order.ink, seed=order.seed)
    return images.encoded_at_widths(picture, order.widths, QUICK_AVIF)


def file_name(slug: str, rendition: str = "") -> str:
    width = rendition.removeprefix(images.AVIF_PREFIX)
    return (
        f"images/demo/{slug}-{width}.{images.suffix_of(rendition)}"
        if rendition
        else f"images/demo/{slug}.webp"
    )


def keep(
    slug: str, drawn: Drawn, alt: str, caption: str = "", credit: str = "Illustration: Finality"
) -> Image:
    """Put a drawn picture into the library with its renditions, or return the one that is there."""
    existing = Image.objects.filter(file=file_name(slug)).first()
    if existing:
        return existing
    renditions = drawn[slug]
    largest = max((name for name in renditions if name.isdecimal()), key=int)
    image = Image(alt=alt, caption=caption, credit=credit)
    storage = image.file.storage
    storage.delete(file_name(slug))
    image.file.name = storage.save(file_name(slug), ContentFile(renditions[largest]))
    with Pillow.open(io.BytesIO(renditions[largest])) as picture:
        image.width, image.height = picture.size
    image.renditions = {largest: image.file.name}
    for name, content in renditions.items():
        if name != largest:
            storage.delete(file_name(slug, name))
            image.renditions[name] = storage.save(file_name(slug, name), ContentFile(content))
    image.save()
    return image
