"""A database of Isso: threads by the path of their page."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core.text import clean
from transfer.bringing.parts import Comment, NotAnExport
from transfer.conversations.found import Conversation

PUBLISHED, PENDING, DELETED = 1, 2, 4  # bits of a comment’s mode
APPROVED = {PUBLISHED: "1", PENDING: "0"}


def read(path: Path) -> list[Conversation]:
    """Raises NotAnExport."""
    # Read only: the site that it is of may go on.
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            threads = {
                key: Conversation(clean(str(uri)), clean(str(title or "")))
                for key, uri, title in database.execute("SELECT id, uri, title FROM threads")
            }
            rows = database.execute(
                "SELECT tid, id, parent, created, mode, text, author, email, website FROM comments ORDER BY id"
            )
            for thread, *row in rows:
                if thread in threads:
                    threads[thread].comments.append(_comment(row))
    except sqlite3.Error:
        raise NotAnExport(f"{path.name} is no database of Isso.") from None
    return list(threads.values())


def _comment(row: list[Any]) -> Comment:
    number, parent, created, mode, text, author, email, website = row
    return Comment(
        number=str(number),
        parent=str(parent or 0),
        author=clean(str(author or "")),
        email=clean(str(email or "")),
        url=clean(str(website or "")),
        at=datetime.fromtimestamp(created, UTC) if isinstance(created, int | float) else None,
        text=clean(str(text or "")),
        approved=APPROVED.get(mode, "trash"),
    )
