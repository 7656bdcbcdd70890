"""
Plain text as HTML: paragraphs, links, quotes and code, by the marks that people type anyway.
Nothing else is markup.

    > a line that somebody else said
    `a word of code`
    ``` and, between two such lines, several lines of it
"""

import re
from collections.abc import Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe

from core import links

_PARAGRAPHS = re.compile(r"\n{2,}")
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = "```"
_QUOTED = re.compile(r"^>[ \t]?", re.MULTILINE)
_QUOTE = re.compile(r"((?:^>[^\n]*(?:\n|\Z))+)", re.MULTILINE)


def prose(text: str) -> SafeString:
    """Every part of `text` is escaped; addresses become links that no search engine follows."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _FENCE in text:
        return mark_safe("\n\n".join(_with_blocks(text)))
    return mark_safe("\n\n".join(_with_quotes(text)))


def _with_blocks(text: str) -> list[str]:
    parts: list[str] = []
    for is_code, part in _fenced(text):
        parts += [f"<pre><code>{escape(part)}</code></pre>"] if is_code else _with_quotes(part)
    return parts


def _fenced(text: str) -> Iterator[tuple[bool, str]]:
    """Parts of a text, and whether each stood between two fences. One that is never closed is text."""
    lines = text.split("\n")
    closing = [number for number, line in enumerate(lines) if line.rstrip(" \t") == _FENCE]
    last, begun, is_code = max(closing, default=-1), 0, False
    for number, line in enumerate(lines):
        opens = line.startswith(_FENCE) and "`" not in line[len(_FENCE) :] and number < last
        closes = line.rstrip(" \t") == _FENCE
        if closes if is_code else opens:
            yield is_code, "\n".join(lines[begun:number])
            begun, is_code = number + 1, not is_code
    yield False, "\n".join(lines[begun:])


def _with_quotes(text: str) -> list[str]:
    if ">" not in text:
        return _paragraphs(text)
    parts: list[str] = []
    for index, part in enumerate(_QUOTE.split(text)):
        if index % 2:
            parts.append(f"<blockquote>{''.join(_paragraphs(_QUOTED.sub('', part)))}</blockquote>")
        else:
            parts += _paragraphs(part)
    return parts


def _paragraphs(text: str) -> list[str]:
    safe = _with_code(text.strip("\n"))
    return [
        f"<p>{part.replace(chr(10), '<br>')}</p>"
        for part in _PARAGRAPHS.split(safe)
        if part.strip()
    ]


def _with_code(text: str) -> str:
    if "`" not in text:
        return _with_links(text)
    parts = _CODE.split(text)
    return "".join(
        f"<code>{escape(part)}</code>" if index % 2 else _with_links(part)
        for index, part in enumerate(parts)
    )


def _with_links(text: str) -> str:
    parts, last = [], 0
    for link in links.find(text):
        parts.append(escape(text[last : link.start]))
        shown = escape(text[link.start : link.end])
        parts.append(f'<a href="{escape(link.url)}" rel="ugc nofollow noopener">{shown}</a>')
        last = link.end
    return "".join([*parts, escape(text[last:])])


def marking(html: SafeString, found: str | None) -> SafeString:
    """Mark in a comment’s HTML the words that a rule quotes, “like these”, or names as they stand there."""
    found = found or ""
    quoted = found.partition("“")[2].rpartition("”")[0].strip() or found.strip()
    if not quoted:
        return html
    words = re.compile(
        r"\W+".join(re.escape(escape(word)) for word in quoted.split()), re.IGNORECASE
    )
    # Between the tags only.
    pieces = re.split(r"(<[^<>]*>)", html)
    marked = (
        piece if piece.startswith("<") else words.sub(lambda hit: f"<mark>{hit[0]}</mark>", piece)
        for piece in pieces
    )
    return mark_safe("".join(marked))
