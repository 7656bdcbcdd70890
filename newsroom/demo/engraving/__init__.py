"""Pictures for the demo, engraved in lines: one ink on tinted stock and one flat spot colour."""

from collections.abc import Callable
from random import Random

from PIL import Image

from newsroom.demo.engraving import banner
from newsroom.demo.engraving.buildings import bars, blocks, columns
from newsroom.demo.engraving.landscapes import eclipse, terrain, tide
from newsroom.demo.engraving.objects import chain, guilloche, keyhole, orb, rosette
from newsroom.demo.engraving.sheet import Palette, Sheet

__all__ = ["INKS", "MOTIFS", "render", "render_banner", "render_seal"]

INKS = {
    "markets": Palette(stock="#d5e3d3", line="#0e3d2d", spot="#e98a5b"),
    "policy": Palette(stock="#ecdcd6", line="#4a1720", spot="#8fb4a8"),
    "technology": Palette(stock="#d6e1e8", line="#12304c", spot="#e9b8a0"),
    "business": Palette(stock="#e1e0da", line="#26282a", spot="#9fc0a5"),
    "defi": Palette(stock="#cde2df", line="#0a3c42", spot="#f0b49a"),
    "opinion": Palette(stock="#f0d5cb", line="#5f2117", spot="#93b6bd"),
}

MOTIFS: dict[str, Callable[[Sheet, Random], None]] = {
    "orb": orb,
    "chain": chain,
    "columns": columns,
    "terrain": terrain,
    "rosette": rosette,
    "blocks": blocks,
    "eclipse": eclipse,
    "bars": bars,
    "keyhole": keyhole,
    "tide": tide,
}


def render(
    motif: str, *, ink: str, seed: int, size: tuple[int, int] = (1280, 720), dark: bool = False
) -> Image.Image:
    sheet = Sheet(size)
    MOTIFS[motif](sheet, Random(seed))
    palette = INKS[ink]
    return sheet.printed(palette.inverted() if dark else palette)


def render_seal(*, ink: str, seed: int, size: int = 224) -> Image.Image:
    """The middle of a rosette, for the portrait of an author."""
    margin = size // 6
    sheet = Sheet((size + 2 * margin, size + 2 * margin))
    guilloche(sheet, (sheet.width / 2, sheet.height / 2), Random(seed))
    return sheet.printed(INKS[ink]).crop((margin, margin, margin + size, margin + size))


def render_banner(
    *,
    size: tuple[int, int],
    ink: str,
    seed: int,
    title: str,
    line: str,
    font_path_serif: str | None = None,
) -> Image.Image:
    """An advertisement: the same seed gives a campaign the same motif in every size."""
    chance = Random(seed)
    motif = chance.choice(list(MOTIFS))
    palette = chance.choice((INKS[ink], INKS[ink].inverted()))
    sheet = Sheet(banner.layout(size).art_size, finest=4.0)
    MOTIFS[motif](sheet, chance)
    return banner.compose(
        size, sheet.printed(palette, banner.DENSITY), palette, (title, line), font_path_serif
    )
