"""An advertiser’s plain text as paragraphs: an empty line between them, “## ” before a heading. And
how two differ.
"""

from dataclasses import dataclass
from typing import Any

from articles.publishing import word_diff

HEADING = "## "


@dataclass(frozen=True)
class Paragraph:
    text: str
    is_heading: bool


def paragraphs(text: str) -> list[Paragraph]:
    blocks = (block.strip() for block in text.replace("\r\n", "\n").split("\n\n"))
    return [
        Paragraph(block.removeprefix(HEADING).strip(), block.startswith(HEADING))
        for block in blocks
        if block
    ]


# What an editor reads of a version, in this order.
READ = {
    "headline": "Headline",
    "text": "Text",
    "links_in_text": "Links in the text",
    "target_url": "Landing page",
    "alt": "Picture description",
    "disclosure": "Disclosure",
    "about_token": "Token",
    "approver": "Approved for the UK by",
    "white_paper_url": "White paper",
}


@dataclass(frozen=True)
class PicturePair:
    """A size at which the pictures of two versions differ; None where one has none."""

    size: str
    before: Any
    after: Any


def picture_differences(before: Any, after: Any) -> list[PicturePair]:
    """By the digest of their bytes, so that the same picture sent again is the same."""
    if before is None or after is None or before.pk == after.pk:
        return []
    was = {each.size: each for each in before.pictures.all()}
    now = {each.size: each for each in after.pictures.all()}
    sizes = dict.fromkeys([*was, *now])
    pairs = (PicturePair(size, was.get(size), now.get(size)) for size in sizes)
    return [pair for pair in pairs if _digest(pair.before) != _digest(pair.after)]


def _digest(picture: Any) -> str:
    return picture.digest if picture else ""


def differences(approved: Any, newest: Any) -> list[word_diff.Difference]:
    """Return the words in which a newer version differs from another."""
    if approved is None or newest is None or approved.pk == newest.pk:
        return []
    found = []
    for name, label in READ.items():
        lines = word_diff.compare(getattr(approved, name), getattr(newest, name))
        if word_diff.is_changed(lines):
            found.append(word_diff.Difference(label, lines))
    return found
