"""The files of an export as one clean stream of XML each: plain, gzip or zip, in whatever encoding,
without the characters that XML forbids. Nothing is held in memory but a piece.
"""

import codecs
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from transfer.bringing.parts import NotAnExport

PIECE = 256 * 1024  # bytes
LARGEST_RATIO = 200  # of what is packed to what it is, beyond which it is taken for a bomb
# Longer than any reference to a character.
TAIL = 12
_DECLARATION = re.compile(rb"""^\s{0,100}<\?xml[^>]*?encoding=["']([A-Za-z0-9._-]+)["']""")
_ANY_DECLARATION = re.compile(r"^\s{0,100}<\?xml[^>?]{0,500}\?>")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2\d|3[01]));"
)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are most often Windows’ Latin."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


codecs.register_error("transfer.as_windows", _as_windows)


def streams(path: Path) -> Iterator[IO[bytes]]:
    """Each XML file that a path holds. Raises NotAnExport."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"PK\x03\x04"):
        yield from _of_zip(path)
    elif start.startswith(b"\x1f\x8b"):
        with gzip.open(path) as packed:
            yield CleanXml(packed)  # type: ignore[arg-type,misc]
    else:
        with path.open("rb") as file:
            yield CleanXml(file)  # type: ignore[misc]


def _of_zip(path: Path) -> Iterator[IO[bytes]]:
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise NotAnExport(f"{path.name} is a broken zip file.") from None
    with archive:
        members = [
            each
            for each in archive.infolist()
            if each.filename.lower().endswith((".xml", ".wxr")) and "__MACOSX" not in each.filename
        ]
        if not members:
            raise NotAnExport(f"{path.name} holds no XML file.")
        for member in sorted(members, key=lambda each: each.filename):
            if member.file_size > LARGEST_RATIO * max(member.compress_size, 1):
                raise NotAnExport(f"{member.filename} is packed too tightly to be an export.")
            with archive.open(member) as packed:
                yield CleanXml(packed)  # type: ignore[misc]


class CleanXml(io.RawIOBase):
    """Reads as UTF-8 what was written in another encoding, badly, or with forbidden characters."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        start = self._piece()
        self._decoder = codecs.getincrementaldecoder(_encoding(start))("transfer.as_windows")
        first = self._decoder.decode(start).lstrip("\ufeff \t\r\n")
        self._held = _ANY_DECLARATION.sub("", first, count=1)
        self._out = b""
        self._is_over = not start

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._is_over and (size < 0 or len(self._out) < size):
            piece = self._piece()
            self._is_over = not piece
            self._held += self._decoder.decode(piece, final=self._is_over)
            keep = 0 if self._is_over else TAIL
            ready, self._held = (
                self._held[: len(self._held) - keep],
                self._held[-keep:] if keep else "",
            )
            clean = _FORBIDDEN_REFERENCE.sub("", _FORBIDDEN.sub("", ready))
            self._out += clean.encode()
        if self._is_over and self._held:
            self._out += _FORBIDDEN_REFERENCE.sub("", _FORBIDDEN.sub("", self._held)).encode()
            self._held = ""
        size = len(self._out) if size < 0 else size
        taken, self._out = self._out[:size], self._out[size:]
        return taken

    def _piece(self) -> bytes:
        try:
            return self._source.read(PIECE)
        except (OSError, EOFError, zipfile.BadZipFile, ValueError):
            raise NotAnExport("The file is packed, and broken.") from None


def _encoding(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _DECLARATION.match(start[3:] if start.startswith(codecs.BOM_UTF8) else start)
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "utf-8"
