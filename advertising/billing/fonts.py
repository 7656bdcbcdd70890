"""
The faces of the site as a PDF takes them: one weight a file.

The site’s own hold every weight and are compressed. To take one weight out costs a good second for
an invoice, so it is done once, and kept.
"""

import os
import tempfile
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FONTS = Path(settings.BASE_DIR) / "newsroom" / "static" / "newsroom" / "fonts"


def face(name: str, weight: int) -> Path:
    """The file of such a face, such as “sans”, in one weight from 400 to 700."""
    source = FONTS / f"finality-{name}.woff2"
    made = settings.DATA_DIR / "faces" / f"{name}-{weight}-{source.stat().st_mtime_ns:x}.ttf"
    if not made.exists():
        _make(source, weight, made)
    return made


def _make(source: Path, weight: int, made: Path) -> None:
    """Whole or not at all: several processes may need it at once."""
    # Its own time of change, so that an invoice is the same bytes whenever its faces were made.
    font = TTFont(source, recalcTimestamp=False)
    instantiateVariableFont(font, {"wght": weight}, inplace=True, static=True)
    font.flavor = None
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=made.parent, delete=False) as file:
        font.save(file)
    os.replace(file.name, made)
