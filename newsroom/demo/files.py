"""Reads the demo’s texts: TOML between two lines of +++, then HTML; conversations as indented
lines.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SPAM = "-spam-"


@dataclass(frozen=True)
class Text:
    """One file with front matter: its name without suffix, its keys, its HTML."""

    slug: str
    keys: dict[str, Any]
    html: str


@dataclass
class DemoComment:
    """A line of a conversation and what answers it. A name that begins with @ is an author’s slug.

    A + before the name: the desk’s pick. Lines are divided by \\n.
    """

    name: str
    text: str
    is_picked: bool = False
    replies: list["DemoComment"] = field(default_factory=list)

    @property
    def is_removed(self) -> bool:
        return self.name == SPAM


def texts(folder: str) -> Iterator[Text]:
    for path in sorted((FOLDER / folder).glob("*.html")):
        _, front, html = path.read_text(encoding="utf-8").split("+++", 2)
        yield Text(path.stem, tomllib.loads(front), html.strip())


def tables(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def conversation(slug: str) -> list[DemoComment]:
    """The roots of the conversation on the story `slug`; none if nobody wrote."""
    path = FOLDER / "conversations" / f"{slug}.txt"
    if not path.exists():
        return []
    roots: list[DemoComment] = []
    branch: list[DemoComment] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        name, _, words = line.strip().partition(":")
        comment = DemoComment(
            name.strip().lstrip("+"), words.strip().replace("\\n", "\n"), name.startswith("+")
        )
        del branch[depth:]
        (branch[-1].replies if branch else roots).append(comment)
        branch.append(comment)
    return roots
