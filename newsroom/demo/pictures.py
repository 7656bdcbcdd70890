"""The demo’s pictures, drawn on all processors before anything is stored."""

import io
import os
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from django.core.files.base import ContentFile
from PIL import Image as Pillow

from articles.models import Image
from newsroom.demo import engraving, files

WIDTHS = (400, 800, 1280)
QUALITY = 58


@dataclass(frozen=True)
class Order:
    """What to draw; the same order gives the same picture."""

    slug: str
    motif: str
    ink: str

    @property
    def seed(self) -> int:
        return zlib.crc32(self.slug.encode())


Renditions = dict[int, bytes]
Drawn = dict[str, Renditions]


def orders() -> list[Order]:
    found = [
        Order(text.slug, text.keys["motif"], text.keys["section"])
        for folder in ("stories", "sponsored")
        for text in files.texts(folder)
    ]
    authors = [Order(row["slug"], "seal", "policy") for row in files.tables("people.toml")["author"]]
    figures = [Order("figure-1", "chain", "technology"), Order("figure-2", "blocks", "technology")]
    return [*found, *figures, *authors]


def draw_all(say: Callable[[str], None]) -> Drawn:
    """Draw whatever the library does not hold yet."""
    held = set(Image.objects.values_list("file", flat=True))
    wanted = [order for order in orders() if file_name(order.slug) not in held]
    if not wanted:
        return {}
    say(f"Drawing {len(wanted)} pictures …")
    with ProcessPoolExecutor(min(len(wanted), os.cpu_count() or 1)) as pool:
        return dict(zip((order.slug for order in wanted), pool.map(draw, wanted), strict=True))


def draw(order: Order) -> Renditions:
    if order.motif == "seal":
        return {224: as_webp(engraving.render_seal(ink=order.ink, seed=order.seed))}
    picture = engraving.render(order.motif, ink=order.ink, seed=order.seed)
    return {width: as_webp(scaled(picture, width)) for width in WIDTHS}


def scaled(picture: Pillow.Image, width: int) -> Pillow.Image:
    if picture.width == width:
        return picture
    return picture.resize((width, round(picture.height * width / picture.width)), Pillow.Resampling.LANCZOS)


def as_webp(picture: Pillow.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue()


def file_name(slug: str, width: int | None = None) -> str:
    return f"images/demo/{slug}-{width}.webp" if width else f"images/demo/{slug}.webp"


def keep(slug: str, drawn: Drawn, alt: str, caption: str = "", credit: str = "Illustration: Finality") -> Image:
    """Put a drawn picture into the library with its renditions, or return the one that is there."""
    existing = Image.objects.filter(file=file_name(slug)).first()
    if existing:
        return existing
    renditions = drawn[slug]
    largest = max(renditions)
    image = Image(alt=alt, caption=caption, credit=credit)
    storage = image.file.storage
    storage.delete(file_name(slug))
    image.file.name = storage.save(file_name(slug), ContentFile(renditions[largest]))
    with Pillow.open(io.BytesIO(renditions[largest])) as picture:
        image.width, image.height = picture.size
    image.renditions = {str(largest): image.file.name}
    for width, content in renditions.items():
        if width != largest:
            storage.delete(file_name(slug, width))
            image.renditions[str(width)] = storage.save(file_name(slug, width), ContentFile(content))
    image.save()
    return image
