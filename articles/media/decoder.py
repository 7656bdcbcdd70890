"""Reads one upload as a program of its own, so that what it costs is bounded and a crash is its own.

It takes the file from its input and answers with a line of JSON and the cleaned file behind it. It
knows nothing of Django, and starts in a tenth of a second.

    python -m articles.media.decoder library < photograph.heic
"""

import contextlib
import io
import json
import resource
import sys
import warnings

from PIL import Image as Pillow

from articles.media.colours import in_srgb

LIBRARY, ADVERT = "library", "advert"  # purposes
SECONDS = 20  # of CPU; a camera’s 100 megapixels take about three
MEMORY = 2_000_000_000  # bytes of addresses; the same picture takes about half
# What is kept of each format. Browsers show the right-hand side.
WRITTEN_AS = {
    "JPEG": "JPEG",
    "MPO": "JPEG",  # of a phone: a JPEG with more pictures behind it
    "PNG": "PNG",
    "WEBP": "WEBP",
    "GIF": "PNG",
    "AVIF": "WEBP",
    "HEIF": "JPEG",
}
READ_AS = [name for name in WRITTEN_AS if name != "MPO"]  # Pillow finds it out of a JPEG itself.
LARGEST_PIXELS = 50_000_000  # a phone’s 48 megapixels
LARGEST_JPEG_PIXELS = 110_000_000  # a camera’s 100
# Far more than twice any size that is sold. A flat picture of 40 bytes may say that it has 50 million.
LARGEST_ADVERT_PIXELS = 12_000_000
KEPT_PIXELS = 40_000_000  # more has no use on a page
MOST_SCANS = 50  # of a progressive JPEG; programs write about ten
LONGEST_SIDE = 16_000  # WebP ends at 16,383
ORIENTATION = 0x0112  # the one thing that a camera notes and we keep
TURNED, SIDEWAYS = range(2, 9), range(5, 9)  # of its values
SEE_THROUGH = "transparency"  # the colour of a PNG’s palette that is none
SAYS_MORE = {"xmp", "comment", "XML:com.adobe.xmp"}
QUALITY = 92


class Refused(Exception):
    """A fault of the upload, by a name that `uploads` has a sentence for."""


def opened(content: bytes, purpose: str) -> Pillow.Image:
    """The picture, not decoded yet. Raises Refused by what its header says."""
    if content[4:8] == b"ftyp":
        import pi_heif  # Takes as long as all the rest, and few need it.

        pi_heif.register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)
        picture = Pillow.open(io.BytesIO(content), formats=READ_AS)
    is_jpeg = picture.format in ("JPEG", "MPO")
    if picture.width * picture.height > (LARGEST_JPEG_PIXELS if is_jpeg else LARGEST_PIXELS):
        raise Refused("pixels")
    if purpose == ADVERT and picture.width * picture.height > LARGEST_ADVERT_PIXELS:
        raise Refused("advert")
    if max(picture.size) > LONGEST_SIDE:
        raise Refused("long")
    # Each scan goes through all pixels, and begins with this marker, which nothing else between
    # markers can contain.
    if is_jpeg and content.count(b"\xff\xda") > MOST_SCANS:
        raise Refused("slow")
    return picture


def read(content: bytes, purpose: str) -> tuple[dict[str, object], bytes]:
    """Return the facts about a picture, and the file to keep of it: one that every browser shows and
    that says nothing about its maker.

    For the library it is the very bytes where they are that already; for an advert it is always
    written anew from its pixels, since a file may be a picture and something else at once.
    """
    picture = opened(content, purpose)
    comes_as, kind = str(picture.format), WRITTEN_AS[str(picture.format)]
    moves = comes_as != "MPO" and getattr(picture, "is_animated", False)
    is_large = picture.width * picture.height > KEPT_PIXELS
    if is_large:
        # Of formats, JPEG alone can be read at half its size, for a quarter of the memory.
        picture.draft(None, (picture.width // 2, picture.height // 2))
    picture.load()
    is_fine = kind == comes_as and not is_large and not says_more(picture)
    # Cameras also write 0 and worse, which viewers pass over: so do we.
    orientation = picture.getexif().get(ORIENTATION)
    shown = in_srgb(reduced(picture)) if purpose == ADVERT else reduced(picture)
    width, height = shown.size[::-1] if orientation in SIDEWAYS else shown.size
    facts: dict[str, object] = {"format": kind, "width": width, "height": height, "moves": moves}
    if purpose == LIBRARY and is_fine:
        return facts, content
    options: dict[str, object] = {"exif": Pillow.Exif()}
    if orientation in TURNED:
        options["exif"][ORIENTATION] = orientation  # type: ignore[index]
    if purpose == LIBRARY:
        options["icc_profile"] = picture.info.get("icc_profile")
    # “keep”: a JPEG's own tables, so that nothing is lost by writing it again.
    is_as_it_came = comes_as in ("JPEG", "MPO") and shown is picture
    if kind != "PNG":
        options["quality"] = "keep" if is_as_it_came else QUALITY
    return facts, written(shown, kind, options)


def written(picture: Pillow.Image, kind: str, options: dict[str, object]) -> bytes:
    if options.get("quality") == "keep":
        picture.format = "JPEG"  # “MPO” keeps nothing.
    elif kind == "JPEG" and picture.mode not in ("L", "CMYK"):
        picture = picture.convert("RGB")
    picture.info = {SEE_THROUGH: picture.info[SEE_THROUGH]} if SEE_THROUGH in picture.info else {}
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def says_more(picture: Pillow.Image) -> bool:
    """It tells more than how it is shown, such as where it was taken."""
    return bool(set(picture.getexif()) - {ORIENTATION} or SAYS_MORE & set(picture.info))


def reduced(picture: Pillow.Image) -> Pillow.Image:
    excess = picture.width * picture.height / KEPT_PIXELS
    if excess <= 1:
        return picture
    if picture.mode == "P":
        picture = picture.convert("RGBA")
    size = (int(picture.width * excess**-0.5), int(picture.height * excess**-0.5))
    return picture.resize(size, Pillow.Resampling.LANCZOS)


def main() -> None:
    with contextlib.suppress(ValueError):  # macOS has no such limit of memory.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    content = b""
    try:
        facts, content = read(sys.stdin.buffer.read(), sys.argv[1])
    except Refused as error:
        facts = {"refused": str(error)}
    except MemoryError:
        facts = {"refused": "slow"}
    except Exception:  # Pillow raises a dozen kinds for broken files; all mean the same here.
        facts = {"refused": "damaged"}
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
