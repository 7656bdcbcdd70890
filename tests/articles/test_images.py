"""Pictures: what is refused, in which words, and what is made of the rest."""

import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from articles import images
from articles.models import Image

from ..factories import png


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that would fill gigabytes when decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 9999))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not a picture", "not a JPEG, PNG or WebP picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a JPEG, PNG or WebP picture"),
        (png(600, 400, "JPEG")[:900], "damaged"),
        (bomb(12_000, 12_000), "40 million pixels"),
        (png(8, 8), "only 8 pixels wide"),
        (b"\0" * (images.LARGEST_BYTES + 1), "larger than 10 MB"),
    ],
)
def test_refuses_in_one_sentence(content, sentence):
    with pytest.raises(ValidationError) as refusal:
        images.validate_picture(SimpleUploadedFile("x.png", content))
    assert len(refusal.value.messages) == 1
    assert sentence in refusal.value.messages[0]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_accepts_plain_pictures(kind):
    images.validate_picture(SimpleUploadedFile("x", png(100, 60, kind)))


@pytest.mark.django_db
def test_the_worker_makes_smaller_ones_without_metadata():
    buffer = io.BytesIO()
    exif = Pillow.Exif()
    exif[0x010E] = "taken at home"
    Pillow.new("RGB", (1000, 500)).save(buffer, "JPEG", exif=exif)
    image = Image.objects.create(file=ContentFile(buffer.getvalue(), "big.jpg"), alt="A field")
    images.render_image.call(image.pk)
    image.refresh_from_db()
    assert list(image.renditions) == ["400", "800", "1000"]
    assert "400w" in image.srcset
    with image.file.storage.open(image.renditions["400"]) as file, Pillow.open(file) as picture:
        assert picture.size == (400, 200)
        assert not picture.getexif()


@pytest.mark.django_db
def test_before_the_worker_came_the_original_is_shown():
    image = Image.objects.create(file=ContentFile(png(), "x.png"), alt="A field")
    assert image.url == image.file.url
    assert image.srcset == ""


@pytest.mark.django_db
def test_a_picture_that_lies_on_its_side_is_stood_up():
    buffer = io.BytesIO()
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.new("RGB", (800, 400)).save(buffer, "JPEG", exif=exif)
    image = Image.objects.create(file=ContentFile(buffer.getvalue(), "side.jpg"), alt="A field")
    images.render_image.call(image.pk)
    image.refresh_from_db()
    assert (image.width, image.height) == (400, 800)


@pytest.mark.django_db
def test_sixteen_bits_of_grey_stay_grey():
    buffer = io.BytesIO()
    Pillow.new("I;16", (700, 400), 32768).save(buffer, "PNG")
    image = Image.objects.create(file=ContentFile(buffer.getvalue(), "grey.png"), alt="A field")
    images.render_image.call(image.pk)
    image.refresh_from_db()
    with image.file.storage.open(image.renditions["400"]) as file, Pillow.open(file) as picture:
        assert 110 < picture.convert("L").getpixel((10, 10)) < 145


def test_a_picture_too_long_for_the_web_is_refused():
    with pytest.raises(ValidationError, match="too long"):
        images.validate_picture(SimpleUploadedFile("x.png", png(50, 16_100)))


def test_the_library_takes_what_can_lead_a_story():
    with pytest.raises(ValidationError, match="needs 600 at least"):
        images.validate_library_picture(SimpleUploadedFile("x.png", png(599, 400)))
