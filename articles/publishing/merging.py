"""
Three-way merging of a story: what two people made of the same version, brought together.

What does not touch is merged: other fields, other blocks of the text, other words of a block. What
does touch is a conflict, and somebody decides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from articles import body
from articles.publishing import word_diff

Content = dict[str, Any]
Items = list[str]
Region = tuple[Items, Items, Items]  # of the base, theirs, mine
# Each is a set of rows: who adds one and who takes one away do not touch.
ROWS = frozenset({"bylines", "tags", "coins", "related"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
# A word with the space behind it, so that no token is as common as the space.
_TOKEN = re.compile(r"<[^<>]*>|[^<\s]+\s*|\s+|<")


@dataclass(frozen=True)
class Merge:
    content: Content
    touching: tuple[str, ...]  # the fields that both changed, in ways that cannot both be


@dataclass(frozen=True)
class _Edit:
    """`base[start:end]` becomes `items`."""

    start: int
    end: int
    items: list[str]


def merge(base: Content, theirs: Content, mine: Content, *, keep: str = "mine") -> Merge:
    """Bring together what became of `base` in two hands. Where they touch, what `keep` names stays:
    “mine” or “theirs”.
    """
    merged, touching = dict(theirs), []
    for name, value in mine.items():
        before, there = base.get(name), theirs.get(name)
        if is_same(value, before) or is_same(value, there):
            continue
        if is_same(there, before):
            merged[name] = value
        elif name in ROWS:
            merged[name] = _merged_rows(before or [], there or [], value)
        elif name == "body":
            merged[name], is_clean = merged_text(before or "", there or "", value, keep)
            touching += [] if is_clean else [name]
        else:
            merged[name] = value if keep == "mine" else there
            touching.append(name)
    return Merge(merged, tuple(touching))


def is_same(one: Any, other: Any) -> bool:
    """Compare rows by their keys: what they are called is for people."""
    return bool(_key(one) == _key(other))


def _key(value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("id")
    if isinstance(value, list):
        return [row["id"] for row in value]
    if isinstance(value, str) and (moment := _MOMENT.match(value)):
        return moment[0]  # A form knows of seconds, not of what is between them.
    return value


def _merged_rows(base: list[Any], theirs: list[Any], mine: list[Any]) -> list[Any]:
    """Their order, without what I took away, and then what I added."""
    before, kept, there = _key(base), _key(mine), _key(theirs)
    stay = [row for row in theirs if row["id"] in kept or row["id"] not in before]
    return stay + [row for row in mine if row["id"] not in before and row["id"] not in there]


def merged_text(base: str, theirs: str, mine: str, keep: str) -> tuple[str, bool]:
    """Merge HTML block by block, and a block that both changed word by word. Returns it, and whether
    nothing touched.
    """
    found: list[str] = []
    is_clean = True
    for before, there, here in _regions(body.blocks(base), body.blocks(theirs), body.blocks(mine)):
        if there == before or here == there:
            found += here
        elif here == before:
            found += there
        elif not before:
            found += there + here  # Both wrote something new in one place: both stay.
        elif len(before) == len(there) == len(here) == 1 and (
            words := _merged_words(before[0], there[0], here[0])
        ):
            found.append(words)
        else:
            found += here if keep == "mine" else there
            is_clean = False
    return "".join(found), is_clean


def _merged_words(base: str, theirs: str, mine: str) -> str | None:
    """The words of a block whose tags both left alone, unless they changed the same or neighbouring
    ones.
    """
    sides = [_TOKEN.findall(side) for side in (base, theirs, mine)]
    tags = [[token for token in side if token.startswith("<")] for side in sides]
    if not tags[0] == tags[1] == tags[2]:
        return None
    found: list[str] = []
    for before, there, here in _regions(sides[0], sides[1], sides[2], gap=1):
        if there == before or here == there:
            found += here
        elif here == before:
            found += there
        else:
            return None
    return "".join(found)


def _regions(base: Items, theirs: Items, mine: Items, gap: int = 0) -> list[Region]:
    """Cut three sequences in the same places: each region is changed by one side, by both, or by
    none. `gap` is how many items must lie between two changes that do not touch.
    """
    found: list[Region] = []
    at = 0
    for start, end, left, right in _clusters(_edits(base, theirs), _edits(base, mine), gap):
        found.append((base[at:start],) * 3)
        found.append(
            (
                base[start:end],
                _applied(base, start, end, left),
                _applied(base, start, end, right),
            )
        )
        at = end
    return [*found, (base[at:],) * 3]


def _clusters(
    theirs: list[_Edit], mine: list[_Edit], gap: int
) -> Iterator[tuple[int, int, list[_Edit], list[_Edit]]]:
    """Yield changes of both sides that touch each other together, and each other one alone: where
    they begin and end in the base, theirs, and mine.
    """
    edits = sorted(
        [(edit.start, edit.end, 0, edit) for edit in theirs]
        + [(edit.start, edit.end, 1, edit) for edit in mine],
        key=lambda each: each[:3],
    )
    sides: tuple[list[_Edit], list[_Edit]] = ([], [])
    start = end = 0
    for begins, ends, side, edit in edits:
        both_put_in = begins == ends == start == end
        if any(sides) and (begins < end + gap or both_put_in):
            end = max(end, ends)
        else:
            if any(sides):
                yield start, end, *sides
            sides, start, end = ([], []), begins, ends
        sides[side].append(edit)
    if any(sides):
        yield start, end, *sides


def _edits(base: Items, changed: Items) -> list[_Edit]:
    """What costs too much to compare is one change from end to end."""
    budget = word_diff.Budget(word_diff.MOST_PAIRS)
    return [
        _Edit(i1, i2, changed[j1:j2])
        for kind, i1, i2, j1, j2 in budget.opcodes(base, changed)
        if kind != "equal"
    ]


def _applied(base: Items, start: int, end: int, edits: list[_Edit]) -> Items:
    found, at = [], start
    for edit in edits:
        found += base[at : edit.start] + edit.items
        at = edit.end
    return found + base[at:end]
