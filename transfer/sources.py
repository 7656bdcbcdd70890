"""Which program wrote a file, and how it is read."""

import functools
from pathlib import Path

from transfer.bringing.importing import Read
from transfer.ghost.export import Export
from transfer.models import Import
from transfer.wordpress import export as wordpress


def wordpress_files(paths: list[Path]) -> Read:
    """Read piece by piece, from the beginning each time."""
    return functools.partial(wordpress.read, paths)


def ghost_file(path: Path, site: str) -> Read:
    """Raises NotAnExport."""
    return Export(path, site).read


def reader_of(path: Path, source: str, site: str) -> Read:
    return ghost_file(path, site) if source == Import.Source.GHOST else wordpress_files([path])
