"""Pictures: what is refused, in which words, and what is made of the rest."""

import io
import struct
import zlib

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from articles.media import images, rendering
from articles.models import Image

from ..factories import ImageFactory, PublishedArticleFactory, png
from . import validators


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that would fill gigabytes when decoded."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

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
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "not a JPEG, PNG or WebP picture",
        ),
        (png(600, 400, "JPEG")[:900], "damaged"),
        (bomb(12_000, 12_000), "40 million pixels"),
        (png(8, 8), "only 8 pixels wide"),
        (b"\0" * (images.LARGEST_BYTES + 1), "larger than 10 MB"),
    ],
    ids=["text", "drawing", "cut short", "bomb", "small", "large"],
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
    rendering.render_image.call(image.pk)
    image.refresh_from_db()
    assert set(image.renditions) >= {"400", "800", "1000", "16x9", "4x3", "1x1"}
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
    rendering.render_image.call(image.pk)
    image.refresh_from_db()
    assert (image.width, image.height) == (400, 800)


@pytest.mark.django_db
def test_sixteen_bits_of_grey_stay_grey():
    buffer = io.BytesIO()
    Pillow.new("I;16", (700, 400), 32768).save(buffer, "PNG")
    image = Image.objects.create(file=ContentFile(buffer.getvalue(), "grey.png"), alt="A field")
    rendering.render_image.call(image.pk)
    image.refresh_from_db()
    with image.file.storage.open(image.renditions["400"]) as file, Pillow.open(file) as picture:
        assert 110 < picture.convert("L").getpixel((10, 10)) < 145


def test_a_small_jpeg_that_would_take_minutes_is_refused_before_it_is_decoded(monkeypatch):
    """Each scan of a progressive JPEG goes through all pixels; a file of 100 kB may have thousands."""
    buffer = io.BytesIO()
    Pillow.new("RGB", (600, 400), "teal").save(buffer, "JPEG", progressive=True)
    plain = buffer.getvalue()
    images.open_picture(io.BytesIO(plain))
    last = plain.rindex(b"\xff\xda")
    bomb = plain[:last] + plain[last:-2] * images.MOST_SCANS + plain[-2:]
    decoded = []
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: decoded.append(self))
    with pytest.raises(ValidationError, match="takes too long to read"):
        images.open_picture(io.BytesIO(bomb))
    assert decoded == []


def test_a_picture_too_long_for_the_web_is_refused():
    with pytest.raises(ValidationError, match="too long"):
        images.validate_picture(SimpleUploadedFile("x.png", png(50, 16_100)))


def test_the_library_takes_what_can_lead_a_story():
    with pytest.raises(ValidationError, match="needs 600 at least"):
        images.validate_library_picture(SimpleUploadedFile("x.png", png(599, 400)))


# --- What a camera wrote into it, and the shapes that search engines want ------------------


def photograph(kind="JPEG", mode="RGB", size=(1600, 1000), orientation=1) -> ContentFile:
    """A picture whose left half is red, with a camera’s notes in it: its make, and where it
    stood.
    """
    picture = Pillow.new(mode, size, "#0a5a41" if mode == "RGB" else (90, 20, 60, 10))
    if mode == "RGB":
        picture.paste((200, 0, 0), (0, 0, size[0] // 2, size[1]))
    exif = Pillow.Exif()
    exif[0x010F], exif[0x0112] = "Camera of Ada", orientation
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    buffer = io.BytesIO()
    picture.save(buffer, kind, exif=exif)
    return ContentFile(buffer.getvalue(), f"photograph.{kind.lower()}")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_nobody_learns_where_a_picture_was_taken(kind):
    image = ImageFactory(file=photograph(kind, orientation=6))
    content = image.file.read()
    assert b"Camera of Ada" not in content
    with Pillow.open(io.BytesIO(content)) as picture:
        assert dict(picture.getexif()) == {0x0112: 6}
        assert not picture.getexif().get_ifd(0x8825)


@pytest.mark.django_db
def test_a_picture_that_says_nothing_is_kept_to_the_byte():
    content = png(640, 400)
    assert ImageFactory(file=ContentFile(content, "a.png")).file.read() == content


@pytest.mark.django_db
def test_the_worker_cuts_the_three_shapes_around_the_focal_point(client):
    image = ImageFactory(file=photograph(), focal_x=90, focal_y=50)
    images.make_renditions(image)
    for name, (width, height) in images.CROPS.items():
        with image.file.storage.open(image.renditions[name]) as file, Pillow.open(file) as picture:
            assert picture.width * picture.height >= 50_000
            assert abs(picture.width / picture.height - width / height) < 0.01
            assert not picture.getexif()
            red, green, _ = picture.getpixel((picture.width - 2, picture.height // 2))
            assert green > red
    with image.file.storage.open(image.renditions["1x1"]) as file, Pillow.open(file) as picture:
        # The red half lies to the left of the focal point: less than half of the square shows it.
        assert (
            picture.getpixel((picture.width // 2, 10))[1]
            > picture.getpixel((picture.width // 2, 10))[0]
        )
    story = PublishedArticleFactory(hero=image)
    page = client.get(story.get_absolute_url()).content.decode()
    assert len(validators.json_ld(page)["NewsArticle"]["image"]) == 3
    widest = settings.SITE_URL + image.file.storage.url(image.renditions["16x9"])
    assert f'property="og:image" content="{widest}"' in page


@pytest.mark.parametrize("size", [(700, 2000), (2000, 610), (601, 601)])
@pytest.mark.parametrize("focal", [(0, 0), (100, 100), (50, 50)])
def test_a_crop_never_leaves_the_picture(size, focal):
    picture = Pillow.new("RGB", size)
    for shape in images.CROPS.values():
        crop = images.cropped(picture, shape, focal)
        assert abs(crop.width / crop.height - shape[0] / shape[1]) < 0.01
        assert crop.width <= shape[0]


@pytest.mark.django_db
def test_a_picture_for_print_and_one_that_moves_become_plain_ones():
    cmyk = ImageFactory(file=photograph(mode="CMYK"))
    frames = [Pillow.new("RGB", (800, 500), colour) for colour in ("#f00", "#0f0")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    moving = ImageFactory(file=ContentFile(buffer.getvalue(), "moving.webp"))
    for image in (cmyk, moving):
        images.make_renditions(image)
        for name in image.renditions.values():
            with image.file.storage.open(name) as file, Pillow.open(file) as picture:
                assert picture.mode == "RGB"
                assert getattr(picture, "n_frames", 1) == 1


def noisy(width=900, height=500) -> ContentFile:
    """A picture with something in every corner, as photographs have."""
    buffer = io.BytesIO()
    Pillow.effect_noise((width, height), 40).convert("RGB").save(buffer, "JPEG", quality=90)
    return ContentFile(buffer.getvalue(), "noisy.jpg")


@pytest.mark.django_db
def test_readers_whose_browser_knows_avif_get_less_to_load(client):
    image = ImageFactory(file=noisy())
    images.make_renditions(image)
    sizes = {}
    for width in (400, 800, 900):
        for name in (f"{width}", f"avif-{width}"):
            with image.file.storage.open(image.renditions[name]) as file:
                content = file.read()
            with Pillow.open(io.BytesIO(content)) as picture:
                assert picture.width == width
                assert picture.format == ("AVIF" if name.startswith("avif") else "WEBP")
            sizes[name] = len(content)
    assert sum(sizes[f"avif-{width}"] for width in (400, 800, 900)) < sum(
        sizes[f"{width}"] for width in (400, 800, 900)
    )
    page = client.get(PublishedArticleFactory(hero=image).get_absolute_url()).content.decode()
    assert page.index('<source type="image/avif"') < page.index("fetchpriority")
    for name in sizes:
        assert (
            f"{image.file.storage.url(image.renditions[name])} {name.removeprefix('avif-')}w"
            in page
        )


def test_a_flat_drawing_that_avif_would_make_larger_has_none(monkeypatch):
    monkeypatch.setitem(images.WEBP, "quality", 1)
    encoded = images.encoded_at_widths(
        Pillow.new("RGB", (800, 500)), [400], images.AVIF | {"quality": 100}
    )
    assert set(encoded) == {"400"}
