"""Differences between two texts, word by word, for people to read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

_TOKEN = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)
# Comparing words costs the product of their numbers: two long blocks that have little in common are
# shown whole.
MOST_WORDS = 2_000


class Kind(Enum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class DiffPart:
    kind: Kind
    text: str


@dataclass(frozen=True)
class Difference:
    """One field of two versions."""

    label: str
    lines: list[list[DiffPart]]


def compare(old: str, new: str) -> list[list[DiffPart]]:
    """Return the lines of both texts in their order, each as parts that stayed, went or came.

    Lines are paired first, so that a paragraph that moved into another’s place is not mixed up with
    it.
    """
    return list(_lines(old.splitlines(), new.splitlines()))


def _lines(old: list[str], new: list[str]) -> Iterator[list[DiffPart]]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ([DiffPart(Kind.SAME, line)] for line in old[a:b])
            continue
        paired = min(b - a, d - c)
        for left, right in zip(old[a : a + paired], new[c : c + paired], strict=True):
            yield words(left, right)
        yield from ([DiffPart(Kind.GONE, line)] for line in old[a + paired : b])
        yield from ([DiffPart(Kind.NEW, line)] for line in new[c + paired : d])


def words(old: str, new: str) -> list[DiffPart]:
    """One line against another, word by word."""
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    if old != new and max(len(left), len(right)) > MOST_WORDS:
        return [DiffPart(Kind.GONE, old), DiffPart(Kind.NEW, new)]
    parts: list[DiffPart] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(DiffPart(Kind.SAME, "".join(left[a:b])))
            continue
        parts += [DiffPart(Kind.GONE, "".join(left[a:b]))] if b > a else []
        parts += [DiffPart(Kind.NEW, "".join(right[c:d]))] if d > c else []
    return parts


def is_changed(lines: list[list[DiffPart]]) -> bool:
    return any(part.kind != Kind.SAME for line in lines for part in line)
