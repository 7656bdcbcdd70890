"""
The faces of a PDF: the site’s own, and Noto Sans for every script that these lack.

They are kept compressed, the site’s with every weight in one file. To open one costs up to a second,
so it is done once, and kept.
"""

import os
import tempfile
from functools import cache
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

OURS = Path(settings.BASE_DIR) / "newsroom" / "static" / "newsroom" / "fonts"
NOTO = Path(__file__).parent / "noto"
# The small ones first: Han characters are in three, as Japanese, Chinese and Korean write them.
SCRIPTS = (
    *("latin-ext", "vietnamese", "greek", "greek-ext", "cyrillic", "cyrillic-ext", "hebrew"),
    *("arabic", "armenian", "georgian", "thai", "devanagari", "bengali", "tamil"),
    *("japanese", "chinese", "korean"),
)


def face(name: str, weight: int) -> Path:
    """The file of one of our faces, such as “sans”, in one weight from 400 to 700."""
    return _unpacked(OURS / f"finality-{name}.woff2", weight)


def fallbacks(text: str, without: str) -> dict[str, Path]:
    """Of Noto Sans, by script: the faces that a text needs beside one of ours, and no others."""
    missing = set(map(ord, text)) - _letters(OURS / f"finality-{without}.woff2")
    found = {}
    for script in SCRIPTS:
        source = NOTO / f"{script}.woff2"
        if missing & _letters(source):
            missing -= _letters(source)
            found[script] = _unpacked(source)
    return found


@cache
def _letters(source: Path) -> frozenset[int]:
    """Code points, without white space, which needs no face."""
    with TTFont(source, lazy=True) as font:
        return frozenset(letter for letter in font.getBestCmap() if letter > 0x20)


def _unpacked(source: Path, weight: int | None = None) -> Path:
    stamp = f"{weight or 'only'}-{source.stat().st_mtime_ns:x}"
    made = settings.DATA_DIR / "faces" / f"{source.stem}-{stamp}.ttf"
    if not made.exists():
        _make(source, weight, made)
    return Path(made)


def _make(source: Path, weight: int | None, made: Path) -> None:
    """Whole or not at all: several processes may need it at once."""
    # Its own time of change, so that an invoice is the same bytes whenever its faces were made.
    font = TTFont(source, recalcTimestamp=False)
    if weight is not None:
        instantiateVariableFont(font, {"wght": weight}, inplace=True, static=True)
    font.flavor = None
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=made.parent, delete=False) as file:
        font.save(file)
    os.replace(file.name, made)
