"""The demo’s pictures: shipped as WebP in the widths that pages ask for."""

from pathlib import Path

from django.core.files.base import ContentFile
from PIL import Image as Pillow

from articles.models import Image
from newsroom.demo import files

FOLDER = files.FOLDER / "images"
BANNERS = files.FOLDER / "banners"


def is_shipped(slug: str) -> bool:
    return (FOLDER / f"{slug}.webp").exists()


def add(slug: str, alt: str, caption: str = "", credit: str = "Illustration: Finality") -> Image:
    """Put a shipped picture and its renditions into the library, or return the one that is
    there.
    """
    largest = FOLDER / f"{slug}.webp"
    existing = Image.objects.filter(file=_stored_name(largest)).first()
    if existing:
        return existing
    image = Image(alt=alt, caption=caption, credit=credit)
    with Pillow.open(largest) as picture:
        image.width, image.height = picture.size
    image.file.name = _store(image, largest)
    image.renditions = {str(image.width): image.file.name}
    for path in sorted(FOLDER.glob(f"{slug}-*.webp")):
        width = path.stem.removeprefix(f"{slug}-")
        if width.isdecimal():
            image.renditions[width] = _store(image, path)
    image.save()
    return image


def _stored_name(path: Path) -> str:
    return f"images/demo/{path.name}"


def _store(image: Image, path: Path) -> str:
    """Copy a file into the storage, over what an earlier demo in this folder has left."""
    storage, name = image.file.storage, _stored_name(path)
    storage.delete(name)
    return str(storage.save(name, ContentFile(path.read_bytes())))
