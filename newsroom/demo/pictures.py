"""The demo’s pictures, drawn on all processors before anything is stored."""

import io
import os
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from django.core.files.base import ContentFile
from PIL import Image as Pillow

from articles import images
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


Renditions = dict[str, bytes]
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
        return images.encoded_at_widths(engraving.render_seal(ink=order.ink, seed=order.seed), [224], QUICK_AVIF)
    picture = engraving.render(order.motif, ink=order.ink, seed=order.seed)
    return images.encoded_at_widths(picture, WIDTHS, QUICK_AVIF)


def file_name(slug: str, rendition: str = "") -> str:
    width = rendition.removeprefix(images.AVIF_PREFIX)
    return f"images/demo/{slug}-{width}.{images.suffix_of(rendition)}" if rendition else f"images/demo/{slug}.webp"


def keep(slug: str, drawn: Drawn, alt: str, caption: str = "", credit: str = "Illustration: Finality") -> Image:
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
