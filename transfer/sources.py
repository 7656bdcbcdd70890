"""Programs that write files, and a reader for each."""

import functools
from pathlib import Path

from transfer.bringing.importing import Read
from transfer.ghost.export import Export
from transfer.models import Import
from transfer.wordpress import export as wordpress

LARGEST_ON_THE_DESK = 200 * 1024 * 1024  # bytes, unpacked


def wordpress_files(paths: list[Path]) -> Read:
    """Read piece by piece, from the beginning each time."""
    return functools.partial(wordpress.read, paths)


def reader_of(path: Path, source: str, site: str) -> Read:
    """Of a file that was sent to the desk: bounded, since one of Ghost is in memory as a whole. Raises
    NotAnExport.
    """
    if source == Import.Source.GHOST:
        return Export(path, site, largest=LARGEST_ON_THE_DESK).read
    return wordpress_files([path])
