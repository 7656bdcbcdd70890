"""Tables that spreadsheets open: as CSV with the mark by which they know its encoding, and no cell that
they would run.
"""

import csv
import io
from collections.abc import Iterable, Iterator

BYTE_ORDER_MARK = "\ufeff"
_RUN = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A line at a time, however long the table is."""
    yield BYTE_ORDER_MARK
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def harmless(cell: object) -> object:
    """Words that begin like a formula as words. Numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUN) else cell
