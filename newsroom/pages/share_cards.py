"""The picture that a link to a story shows where it is shared: drawn from its words when it has
none of its own.
"""

import io
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw, ImageFont

from articles.discovery import metadata
from articles.models import Article
from articles.reading import page_lifetime
from newsroom import publication as identity
from pagecache import public_page

# https://ogp.me and the large card of X: 1.91 to 1.
SIZE = (1200, 630)
MARGIN = 72
# Of tokens.css, in the light.
PAPER, INK, QUIET, ACCENT, MANILA = "#eff3ec", "#0f1612", "#566159", "#0a5a41", "#f5e5bd"
FONTS = Path(__file__).parent.parent / "static" / "newsroom" / "fonts"
# The files of a face, by what they add to the common letters.
PARTS = ("", "-latin1", "-ext")
NO_LETTER = "\uffff"
VARIATIONS = frozenset(map(chr, range(0xFE00, 0xFE10)))
# Where Debian’s fonts-noto-core and fonts-noto-cjk are.
NOTO = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto"))
EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "BOPOMOFO"})
HEADLINE_SIZES = (76, 64, 54, 46, 40)
HEADLINE_ROOM = 280  # pixels of letters one above another, without the space between lines


@public_page()
@require_safe
def share_card(request: HttpRequest, pk: int, version: str) -> HttpResponse:
    """A card has the address that its story’s page names; another one leads there."""
    page_lifetime.until_next_change()
    article = Article.objects.published().select_related("section").filter(pk=pk).first()
    if article is None:
        raise Http404("No such story.")
    address = metadata.share_card(article)
    if request.path != address:
        return redirect(address)
    title, kicker = metadata.card_words(article)
    card = draw(title, kicker, identity.publication().name, is_paid=article.is_paid)
    return HttpResponse(card, content_type="image/png")


def draw(title: str, kicker: str, publication: str, *, is_paid: bool) -> bytes:
    """A PNG of 1200 × 630 pixels. What is paid for says so, on another ground."""
    card = Image.new("RGB", SIZE, MANILA if is_paid else PAPER)
    pen = ImageDraw.Draw(card)
    right, bottom = SIZE[0] - MARGIN, SIZE[1] - MARGIN
    for top, thickness in ((MARGIN, 4), (MARGIN + 8, 2)):
        pen.rectangle((MARGIN, top, right, top + thickness), fill=INK)
    write(pen, (MARGIN, MARGIN + 34), drawable(kicker), "sans", 30, ACCENT)
    # No headline rather than one in boxes.
    size, lines = fitted(drawable(title) or drawable(publication), right - MARGIN)
    for number, line in enumerate(lines):
        write(pen, (MARGIN, MARGIN + 96 + round(number * size * 1.16)), line, "serif", size, INK)
    write(pen, (MARGIN, bottom - 34), drawable(publication), "serif", 38, QUIET)
    buffer = io.BytesIO()
    card.quantize(64, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def fitted(title: str, width: int) -> tuple[int, list[str]]:
    """The largest size at which a headline takes few enough lines, and those; one without end is
    cut.
    """
    for size in HEADLINE_SIZES:
        lines, most = list(wrapped(title, width, size)), HEADLINE_ROOM // size
        if len(lines) <= most:
            return size, lines
    return size, [*lines[: most - 1], f"{lines[most - 1]} …"]  # The margin holds the dots.


def wrapped(title: str, width: int, size: int) -> Iterator[str]:
    line = ""
    for word in title.split():
        longer = f"{line} {word}".strip()
        if line and length(longer, "serif", size) > width:
            yield line
            longer = word
        while length(longer, "serif", size) > width:  # One word wider than the card.
            fits = next(
                n
                for n in range(len(longer) - 1, 0, -1)
                if length(longer[:n], "serif", size) <= width
            )
            yield longer[:fits]
            longer = longer[fits:]
        line = longer
    if line:
        yield line


def write(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, face: str, size: int, ink: str
) -> None:
    left, top = at
    for part, run in runs(text, face):
        font = font_of(face, part, size)
        pen.text((left, top), run, font=font, fill=ink)
        left += round(font.getlength(run))


def length(text: str, face: str, size: int) -> float:
    return sum(font_of(face, part, size).getlength(run) for part, run in runs(text, face))


def runs(text: str, face: str) -> list[tuple[str, str]]:
    """The text in pieces, each with the file of the face that has its letters."""
    return [
        (part, "".join(letters))
        for part, letters in groupby(text, key=lambda letter: part_of(face, letter))
    ]


def drawable(title: str) -> str:
    """A headline without the signs that no font here has, such as emoji; nothing where a letter is
    missing, or where letters join or run from right to left, which needs more than a font.
    """
    shown = (letter for letter in title if unicodedata.category(letter) != "Cf")
    kept = "".join(letter for letter in shown if is_letter(letter) or has_glyph("serif", letter))
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in kept):
        return ""
    return " ".join(kept.split()) if all(has_glyph("serif", each) for each in kept) else ""


def is_letter(letter: str) -> bool:
    """A letter, a digit or a mark on one: a headline without it says something else."""
    return unicodedata.category(letter)[0] in "LNM" and letter not in VARIATIONS


def has_glyph(face: str, letter: str) -> bool:
    return letter.isspace() or draws(face, part_of(face, letter), letter)


@lru_cache(4096)
def part_of(face: str, letter: str) -> str:
    """Return which file draws a letter: of our face, else Noto’s of its script if it is installed;
    the first of ours where none does.
    """
    others = [path for path in (noto(letter),) if path]
    return next((part for part in (*PARTS, *others) if draws(face, part, letter)), PARTS[0])


def draws(face: str, part: str, letter: str) -> bool:
    font = font_of(face, part, 20)
    return bytes(font.getmask(letter)) != bytes(font.getmask(NO_LETTER)) or letter.isspace()


def noto(letter: str) -> str:
    """The file of Noto for a letter’s script, by the names that Debian’s packages give them."""
    script = unicodedata.name(letter, "").partition(" ")[0]
    script = "CJK" if script in EAST_ASIAN else script.title()
    files = installed_noto()
    return next(
        (files[name] for face in ("Serif", "Sans") if (name := f"Noto{face}{script}") in files), ""
    )


@lru_cache(1)
def installed_noto() -> dict[str, str]:
    """Names such as NotoSansThai, and where their regular weights are."""
    files = (path for folder in NOTO for path in sorted(folder.glob("Noto*-Regular.*")))
    return {path.name.partition("-")[0]: str(path) for path in files}


@lru_cache(64)
def font_of(face: str, part: str, size: int) -> ImageFont.FreeTypeFont:
    path = part if part.startswith("/") else str(FONTS / f"finality-{face}{part}.woff2")
    return ImageFont.truetype(path, size)
