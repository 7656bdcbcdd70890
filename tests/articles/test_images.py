"""Pictures: what is refused, in which words, and what is made of the rest."""

import io
import struct

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow
from PIL import ImageCms

from articles.media import colours, decoder, images, rendering
from articles.models import Image

from ..factories import ImageFactory, PublishedArticleFactory, member_of, png
from . import validators


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


def adobe_rgb() -> bytes:
    """A profile of a wide space, as cameras embed it: matrix and gamma, ICC.1:2001-04, section 6."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.19921875 * 256)) + b"\0\0"
    name = b"Adobe RGB (1998)\0"
    text = b"text\0\0\0\0Made for a test.\0\0\0\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + b"\0" * 79,
        b"cprt": text,
        b"wtpt": xyz(0.9642, 1, 0.8249),
        b"rXYZ": xyz(0.60974, 0.31111, 0.01947),
        b"gXYZ": xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": xyz(0.14919, 0.06322, 0.74457),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), gamma),
    }
    table, data = struct.pack(">I", len(tags)), b""
    offset = 128 + 4 + 12 * len(tags)
    for signature, value in tags.items():
        value += b"\0" * (-len(value) % 4)
        table += signature + struct.pack(">II", offset + len(data), len(value))
        data += value
    header = struct.pack(">I", offset + len(data)) + b"\0\0\0\0\x02\x10\0\0mntrRGB XYZ "
    header += b"\0" * 12 + b"acsp" + b"\0" * 28 + xyz(0.9642, 1, 0.8249)[8:]
    return header.ljust(128, b"\0") + table + data


RED = (200, 30, 30)
FORMATS_WITH_PROFILE = [
    ("JPEG", "RGB", {"quality": 95}),
    ("PNG", "RGB", {}),
    ("PNG", "RGBA", {}),
    ("WEBP", "RGB", {"lossless": True}),
]


def wide(kind: str, mode: str, options: dict[str, object]) -> bytes:
    """A picture that is to look like RED, in numbers of Adobe RGB."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(adobe_rgb()))
    meant = Pillow.new("RGB", (1300, 800), RED)
    picture = ImageCms.profileToProfile(meant, ImageCms.createProfile("sRGB"), profile)
    assert picture.getpixel((5, 5))[0] < 180
    buffer = io.BytesIO()
    if mode == "RGBA":
        picture.putalpha(99)
    picture.save(buffer, kind, icc_profile=adobe_rgb(), **options)
    return buffer.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "mode", "options"), FORMATS_WITH_PROFILE)
def test_colours_are_what_the_profile_means(kind, mode, options):
    content = wide(kind, mode, options)
    image = Image.objects.create(file=ContentFile(content, f"x.{kind.lower()}"), alt="Red")
    rendering.render_image.call(image.pk)
    image.refresh_from_db()
    for name in ("800", "16x9"):
        with image.file.storage.open(image.renditions[name]) as file, Pillow.open(file) as shown:
            found = shown.convert("RGBA").getpixel((400, 300))
            assert all(abs(a - b) <= 8 for a, b in zip(found, RED, strict=False)), (name, found)
            assert found[3] == (99 if mode == "RGBA" and name == "800" else 255)
            assert not shown.info.get("icc_profile")


def test_a_profile_that_does_not_fit_is_left_alone():
    for profile in (b"nonsense", adobe_rgb()[:200]):
        picture = Pillow.new("RGB", (50, 50), RED)
        picture.info["icc_profile"] = profile
        assert colours.in_web_colours(picture).getpixel((5, 5)) == RED


def test_colours_of_print_are_converted_too():
    picture = Pillow.new("CMYK", (700, 500), (0, 255, 255, 0))
    assert colours.in_web_colours(picture).mode == "RGB"


@pytest.mark.django_db
def test_a_picture_of_a_phone_with_more_behind_it_stays_as_sharp():
    """A multi-picture JPEG (CIPA DC-007): what is behind the first is dropped, and the first kept."""
    buffer = io.BytesIO()
    first = Pillow.effect_noise((1300, 800), 60).convert("RGB")
    exif = Pillow.Exif()
    exif[0x010F] = "A phone"
    first.save(
        buffer, "MPO", save_all=True, append_images=[Pillow.new("RGB", (640, 400))], exif=exif,
        quality=95,
    )  # fmt: skip
    assert Pillow.open(io.BytesIO(buffer.getvalue())).format == "MPO"
    image = Image.objects.create(file=ContentFile(buffer.getvalue(), "x.jpg"), alt="A phone’s")
    with image.file.open("rb") as file, Pillow.open(file) as kept:
        assert kept.format == "JPEG"
        assert not set(kept.getexif()) - {decoder.ORIENTATION}
        assert kept.quantization == Pillow.open(io.BytesIO(buffer.getvalue())).quantization
    rendering.render_image.call(image.pk)


@pytest.mark.parametrize("length", [101, 149, 250, 400])
@pytest.mark.django_db
def test_a_file_may_have_any_name(client, length):
    client.force_login(member_of("Editors"))
    upload = SimpleUploadedFile(f"{'n' * (length - 4)}.png", png(700, 500))
    data = {"file": upload, "alt": "A green field", "focal_x": 50, "focal_y": 50}
    answer = client.post("/admin/articles/image/add/", data)
    assert answer.status_code == 302, answer.context["errors"]
