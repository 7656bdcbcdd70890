"""Differences between two texts, word by word, for people to read."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

# A word with the space behind it, so that no token is as common as the space.
_TOKEN = re.compile(r"[^\W_]+\s*|\s+|.", re.DOTALL)
# Comparing costs more than the number of pairs of equal tokens, up to its square: half a second for
# so many. Texts that have more, which no writer writes, are shown whole.
MOST_PAIRS = 30_000


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
    return list(_lines(old.splitlines(), new.splitlines(), Budget(MOST_PAIRS)))


class Budget:
    """A bound on the cost of one comparison."""

    def __init__(self, pairs: int) -> None:
        self.pairs = pairs

    def opcodes(self, old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
        """Yield what difflib says of two lists, or, where that would cost too much, that all between
        their common ends was replaced.
        """
        begin = _common(old, new)
        end = _common(old[begin:][::-1], new[begin:][::-1])
        old_end, new_end = len(old) - end, len(new) - end
        if begin:
            yield "equal", 0, begin, 0, begin
        middle = old[begin:old_end], new[begin:new_end]
        if any(middle):
            for tag, a, b, c, d in self._middle(*middle):
                yield tag, a + begin, b + begin, c + begin, d + begin
        if end:
            yield "equal", old_end, len(old), new_end, len(new)

    def _middle(self, old: list[str], new: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
        first, second = Counter(old), Counter(new)
        pairs = sum(count * second[token] for token, count in first.items())
        if pairs > self.pairs:
            return [("replace", 0, len(old), 0, len(new))]
        self.pairs -= pairs
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _common(one: list[str], other: list[str]) -> int:
    """Return the number of tokens that both begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _lines(old: list[str], new: list[str], budget: Budget) -> Iterator[list[DiffPart]]:
    for tag, a, b, c, d in budget.opcodes(old, new):
        if tag == "equal":
            yield from ([DiffPart(Kind.SAME, line)] for line in old[a:b])
            continue
        paired = min(b - a, d - c)
        for left, right in zip(old[a : a + paired], new[c : c + paired], strict=True):
            yield _words(left, right, budget)
        yield from ([DiffPart(Kind.GONE, line)] for line in old[a + paired : b])
        yield from ([DiffPart(Kind.NEW, line)] for line in new[c + paired : d])


def words(old: str, new: str) -> list[DiffPart]:
    """One line against another, word by word."""
    return _words(old, new, Budget(MOST_PAIRS))


def _words(old: str, new: str, budget: Budget) -> list[DiffPart]:
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    parts: list[DiffPart] = []
    for tag, a, b, c, d in budget.opcodes(left, right):
        if tag == "equal":
            parts.append(DiffPart(Kind.SAME, "".join(left[a:b])))
            continue
        gone, came = "".join(left[a:b]), "".join(right[c:d])
        space = _common_space(gone, came)
        for kind, text in ((Kind.GONE, gone), (Kind.NEW, came), (Kind.SAME, space)):
            shown = text if kind == Kind.SAME else text.removesuffix(space)
            parts += [DiffPart(kind, shown)] if shown else []
    return parts


def _common_space(one: str, other: str) -> str:
    """The space that both end with, which did not change."""
    space = one[len(one.rstrip()) :]
    return space if other[len(other.rstrip()) :] == space else ""


def is_changed(lines: list[list[DiffPart]]) -> bool:
    return any(part.kind != Kind.SAME for line in lines for part in line)
