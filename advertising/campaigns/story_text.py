"""The words of a sponsored article: from the editor’s HTML, or plain text, to safe HTML. Nothing
else makes it safe.
"""

import re
from html import escape

import nh3

from advertising.campaigns import copy_text
from articles import body

# What the editor offers advertisers. The sanitiser below allows what these produce and no more.
EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["https"]},
}
LONGEST_STANDFIRST = 300

_cleaner = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "h2", "h3", "ul", "ol", "li", "blockquote", "a"},
    clean_content_tags={"script", "style"},
    attributes={"a": {"href"}},
    url_schemes={"https"},
    link_rel=None,
)
_IS_HTML = re.compile(r"<(?:p|h2|h3|ul|ol|blockquote)[\s>]", re.IGNORECASE)
_FIRST_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)


def to_html(text: str) -> str:
    """Return HTML of a text from the editor or, without JavaScript, of plain text with “## ” before
    headings.
    """
    if _IS_HTML.match(text.lstrip()):
        clean = _cleaner.clean(text)
        return clean if body.plain_text(clean) else ""
    return from_plain(text)


def from_plain(text: str) -> str:
    return "".join(
        f"<h2>{escape(part.text)}</h2>" if part.is_heading else f"<p>{escape(part.text)}</p>"
        for part in copy_text.paragraphs(text)
    )


def to_plain(html: str) -> str:
    """Its words, an empty line between blocks: what is counted, checked and compared."""
    return "\n\n".join(body.plain_text(html).splitlines())


def standfirst_and_body(html: str) -> tuple[str, str]:
    """A short first paragraph stands first. One that is too long opens the body instead, so nothing
    is lost.
    """
    html = html.lstrip()
    first = _FIRST_PARAGRAPH.match(html)
    opening = body.plain_text(first[1]) if first else ""
    rest = html[first.end() :] if first else html
    if opening and len(opening) <= LONGEST_STANDFIRST and body.plain_text(rest):
        return opening, rest
    words = opening or body.plain_text(html)
    shortened = (
        words
        if len(words) <= LONGEST_STANDFIRST
        else f"{words[: LONGEST_STANDFIRST - 1].rstrip()}…"
    )
    return shortened, html
