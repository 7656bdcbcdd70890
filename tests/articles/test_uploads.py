"""Reading of uploads: what is refused, in which words, what it may cost, and what is kept."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from articles.media import decoder, images, uploads
from articles.models import Image

from ..factories import member_of, png

PICTURES = Path(__file__).parent / "pictures"
MAKER = 0x010F


@pytest.fixture(autouse=True)
def _decoded_once():
    """In place of the fixture for all: here the decoder itself is tried, with every picture."""


def read(content: bytes, purpose: str = uploads.LIBRARY) -> uploads.Upload:
    return uploads.read(ContentFile(content, "x"), purpose)


def saved(picture: Pillow.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


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
        (b"not a picture", "not a JPEG, PNG, WebP, GIF, HEIC or AVIF picture"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "not a JPEG, PNG, WebP, GIF, HEIC or AVIF picture",
        ),
        (png(600, 400, "JPEG")[:900], "damaged"),
        (bomb(12_000, 12_000), "too many pixels"),
        (png(8, 8), "only 8 pixels wide"),
        (b"\0" * (uploads.LARGEST_BYTES + 1), "larger than 40 MB"),
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


def many_scans() -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", (600, 400), "teal").save(buffer, "JPEG", progressive=True)
    plain = buffer.getvalue()
    last = plain.rindex(b"\xff\xda")
    return plain[:last] + plain[last:-2] * decoder.MOST_SCANS + plain[-2:]


def test_a_small_jpeg_that_would_take_minutes_is_refused_before_it_is_decoded():
    """Each scan of a progressive JPEG goes through all pixels; a file of 100 kB may have thousands."""
    with pytest.raises(decoder.Refused, match="slow"):
        decoder.opened(many_scans(), decoder.LIBRARY)
    with pytest.raises(ValidationError, match="takes too long to read"):
        read(many_scans())


def test_a_picture_too_long_for_the_web_is_refused():
    with pytest.raises(ValidationError, match="too long"):
        images.validate_picture(SimpleUploadedFile("x.png", png(50, 16_100)))


# --- What it may cost ---------------------------------------------------------------------------


def test_a_decoder_that_runs_out_of_time_is_ended_and_the_site_is_not(monkeypatch):
    """The limit of CPU is the kernel’s: no decoder can be waiting for us to look at the clock."""
    program = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
    monkeypatch.setattr(uploads, "PROGRAM", ("-c", program))
    with pytest.raises(ValidationError, match="takes too long to read"):
        read(png())


def test_one_that_waits_for_ever_is_ended_too(monkeypatch):
    monkeypatch.setattr(uploads, "PROGRAM", ("-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(uploads, "SECONDS", 0.5)
    with pytest.raises(ValidationError, match="takes too long to read"):
        read(png())


def test_a_crash_of_a_decoder_is_its_own_and_is_logged(monkeypatch, caplog):
    monkeypatch.setattr(uploads, "PROGRAM", ("-c", "import os, signal; os.kill(os.getpid(), 11)"))
    with pytest.raises(ValidationError, match="damaged"):
        read(png())
    assert "ended with -11" in caplog.text


def test_who_would_be_one_too_many_is_told(monkeypatch):
    monkeypatch.setattr(uploads, "SECONDS", 0.1)
    with uploads.AT_ONCE, uploads.AT_ONCE, pytest.raises(ValidationError, match="Try again"):
        read(png())
    monkeypatch.undo()
    assert read(png()).format == "PNG"


def test_the_decoder_bounds_itself():
    program = (
        "from articles.media import decoder; import resource, sys; sys.argv = ['', 'library'];"
        "decoder.main(); "
        "print(resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], input=b"", capture_output=True, check=True
    )
    assert f"({decoder.MEMORY}, {decoder.MEMORY})" in answer.stdout.decode()
    assert f"({decoder.SECONDS}, {decoder.SECONDS})" in answer.stdout.decode()


# --- Cameras and phones -------------------------------------------------------------------------


def test_a_cameras_hundred_megapixels_are_taken_and_kept_smaller():
    content = saved(Pillow.new("RGB", (11_648, 8_736), "teal"), "JPEG", quality=60)
    upload = read(content)
    assert upload.width * upload.height <= decoder.KEPT_PIXELS
    assert abs(upload.width / upload.height - 4 / 3) < 0.01
    with Pillow.open(io.BytesIO(upload.content)) as kept:
        assert kept.size == (upload.width, upload.height)


def test_a_phones_forty_eight_are_kept_at_forty():
    upload = read(saved(Pillow.new("L", (8064, 6048), 90), "PNG"))
    assert 38_000_000 < upload.width * upload.height <= decoder.KEPT_PIXELS
    assert upload.format == "PNG"


@pytest.mark.django_db
def test_a_phones_heic_is_kept_as_jpeg_and_says_nothing_of_where_it_was_taken():
    content = (PICTURES / "phone.heic").read_bytes()
    assert b"Camera of Ada" in content
    image = Image.objects.create(file=SimpleUploadedFile("a.heic", content), alt="A gradient")
    assert image.file.name.endswith(".jpg")
    with image.file.open("rb") as file:
        kept = file.read()
    assert b"Camera of Ada" not in kept
    with Pillow.open(io.BytesIO(kept)) as picture:
        assert picture.format == "JPEG"
        assert sorted(picture.size) == [800, 1200]
    assert sorted((image.width, image.height)) == [800, 1200]
    images.make_renditions(image)
    assert "800" in image.renditions


def test_avif_and_gif_are_kept_as_what_every_browser_shows():
    avif = read(saved(Pillow.new("RGB", (700, 500), "teal"), "AVIF"))
    assert (avif.format, avif.width) == ("WEBP", 700)
    frames = [Pillow.new("RGB", (700, 500), colour) for colour in ("#c00", "#0c0")]
    gif = read(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert (gif.format, gif.moves) == ("PNG", True)
    with Pillow.open(io.BytesIO(gif.content)) as still:
        assert not getattr(still, "is_animated", False)
        assert still.convert("RGB").getpixel((5, 5)) == (204, 0, 0)


def test_what_is_see_through_stays_so_when_its_metadata_goes():
    palette = Pillow.new("P", (700, 500))
    palette.putpalette([255, 0, 0, 0, 0, 255])
    exif = Pillow.Exif()
    exif[MAKER] = "Camera of Ada"
    upload = read(saved(palette, "PNG", transparency=0, exif=exif))
    assert b"Camera of Ada" not in upload.content
    with Pillow.open(io.BytesIO(upload.content)) as kept:
        assert kept.convert("RGBA").getpixel((0, 0))[3] == 0


def test_it_is_as_wide_as_it_is_shown():
    exif = Pillow.Exif()
    exif[decoder.ORIENTATION] = 6
    lying = saved(Pillow.new("RGB", (900, 500)), "JPEG", exif=exif)
    upload = read(lying)
    assert (upload.width, upload.height) == (500, 900)
    with pytest.raises(ValidationError, match="only 500 pixels wide"):
        images.validate_library_picture(ContentFile(lying, "x"))


@pytest.mark.django_db
def test_the_desk_takes_a_phones_picture(client):
    client.force_login(member_of("Editors"))
    upload = SimpleUploadedFile("IMG_0001.HEIC", (PICTURES / "phone.heic").read_bytes())
    data = {"file": upload, "alt": "A gradient", "focal_x": 50, "focal_y": 50}
    answer = client.post("/admin/articles/image/add/", data)
    assert answer.status_code == 302, answer.context["errors"]
    assert Image.objects.get().width in (800, 1200)
    page = client.get("/admin/articles/image/add/").content.decode()
    assert 'accept="image/*,.heic,.heif"' in page


@pytest.mark.parametrize("written", [0, 9, 99])
def test_an_orientation_that_means_nothing_is_passed_over(written):
    exif = Pillow.Exif()
    exif[decoder.ORIENTATION] = written
    upload = read(saved(Pillow.new("RGB", (900, 500)), "JPEG", exif=exif), uploads.ADVERT)
    assert (upload.width, upload.height) == (900, 500)
    with Pillow.open(io.BytesIO(upload.content)) as kept:
        assert not kept.getexif()
