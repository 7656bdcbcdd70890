"""An advertiser’s plain text as paragraphs: an empty line between them, “## ” before a section heading."""

from dataclasses import dataclass

HEADING = "## "


@dataclass(frozen=True)
class Paragraph:
    text: str
    is_heading: bool


def paragraphs(text: str) -> list[Paragraph]:
    blocks = (block.strip() for block in text.replace("\r\n", "\n").split("\n\n"))
    return [Paragraph(block.removeprefix(HEADING).strip(), block.startswith(HEADING)) for block in blocks if block]
