"""Banner advertisements: an engraving beside, or above, a calm panel with two texts."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from newsroom.demo.engraving.sheet import BARE, INKED, SCALE, Palette, reduced

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
FontAt = Callable[[int], Font]

DENSITY = 2  # pixels of the picture for one of the slot: most phones show that many
ELLIPSIS = "…"
SMALLEST_TEXT = 10


@dataclass(frozen=True)
class Layout:
    """Where the engraving and the panel lie, as (left, top, right, bottom), and how the title is set."""

    art: tuple[int, int, int, int]
    panel: tuple[int, int, int, int]
    title_size: int
    title_lines: int

    @property
    def art_size(self) -> tuple[int, int]:
        left, top, right, bottom = self.art
        return right - left, bottom - top


def layout(size: tuple[int, int]) -> Layout:
    """Side by side on a wide banner, one above the other on a box."""
    width, height = size
    if width < height * 2:
        fold = round(height * 0.46)
        return Layout(
            (0, 0, width, fold), (0, fold, width, height), round((height - fold) * 0.20), 2
        )
    fold = width - min(round(width * 0.40), round(height * 1.5))
    art, panel = (fold, 0, width, height), (0, 0, fold, height)
    return (
        Layout(art, panel, round(height * 0.22), 2)
        if height > 120
        else Layout(art, panel, round(height * 0.36), 1)
    )


@dataclass(frozen=True)
class Lettering:
    """A text broken into lines that fit. Letters are SCALE times larger than printed, as on the plates."""

    lines: list[str]
    font: Font
    leading: float

    @property
    def height(self) -> float:
        return len(self.lines) * self.leading


def compose(
    size: tuple[int, int],
    art: Image.Image,
    palette: Palette,
    texts: tuple[str, str],
    serif: str | None,
) -> Image.Image:
    """Put the engraving and the two texts, a title and a short line, on one picture of DENSITY times the size."""
    place = layout(size)
    width, height = size[0] * DENSITY, size[1] * DENSITY
    picture = Image.new("RGB", (width, height), palette.stock)
    picture.paste(art, (place.art[0] * DENSITY, place.art[1] * DENSITY))
    picture.paste(palette.line, mask=reduced(_lettered(size, place, texts, serif), (width, height)))
    ImageDraw.Draw(picture).rectangle(
        (0, 0, width - 1, height - 1), outline=palette.line, width=DENSITY
    )
    return picture


def _lettered(
    size: tuple[int, int], place: Layout, texts: tuple[str, str], serif: str | None
) -> Image.Image:
    """The two texts, one below the other in the middle of the panel, as a mask SCALE times larger."""
    left, top, right, bottom = (edge * SCALE for edge in place.panel)
    margin = max(10 * SCALE, (bottom - top) * 0.14)
    measure = right - left - 2 * margin
    title = _fitted(
        texts[0], _title_font(serif), measure, place.title_size, place.title_lines, 1.12
    )
    line_size = max(SMALLEST_TEXT + 1, round(place.title_size * 0.45))
    line = _fitted(texts[1], ImageFont.load_default, measure, line_size, place.title_lines, 1.35)
    mask = Image.new("L", (size[0] * SCALE, size[1] * SCALE), BARE)
    space = line.leading * 0.2
    start = top + (bottom - top - title.height - space - line.height) / 2
    _write(mask, title, left + margin, start)
    _write(mask, line, left + margin, start + title.height + space)
    return mask


def _title_font(serif: str | None) -> FontAt:
    return (lambda size: ImageFont.truetype(serif, size)) if serif else ImageFont.load_default


def _fitted(
    text: str, font_at: FontAt, measure: float, largest: int, most_lines: int, leading: float
) -> Lettering:
    """Set the text as large as it goes; cut what does not fit at two thirds of the size."""
    smallest = max(SMALLEST_TEXT, round(largest * 0.66))
    for size in range(largest, smallest - 1, -1):
        font = font_at(size * SCALE)
        lines = _wrapped(text, font, measure)
        if len(lines) <= most_lines and all(font.getlength(words) <= measure for words in lines):
            return Lettering(_balanced(text, font, measure), font, size * SCALE * leading)
    kept = [_shortened(words, font, measure) for words in lines[:most_lines]]
    if len(lines) > most_lines:
        kept[-1] = _shortened(kept[-1] + ELLIPSIS, font, measure)
    return Lettering(kept, font, smallest * SCALE * leading)


def _wrapped(text: str, font: Font, measure: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= measure:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _balanced(text: str, font: Font, measure: float) -> list[str]:
    """The same number of lines, as even as they can be."""
    lines = _wrapped(text, font, measure)
    for share in range(95, 50, -5):
        narrower = _wrapped(text, font, measure * share / 100)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _shortened(words: str, font: Font, measure: float) -> str:
    """The words, or as much of them as fits before an ellipsis."""
    if font.getlength(words) <= measure:
        return words
    kept = words.rstrip(ELLIPSIS)
    while kept and font.getlength(kept + ELLIPSIS) > measure:
        kept = kept[:-1].rstrip()
    return kept + ELLIPSIS


def _write(mask: Image.Image, text: Lettering, left: float, top: float) -> None:
    draw = ImageDraw.Draw(mask)
    for index, words in enumerate(text.lines):
        middle = top + text.leading * (index + 0.5)
        draw.text((left, middle), words, font=text.font, fill=INKED, anchor="lm")
