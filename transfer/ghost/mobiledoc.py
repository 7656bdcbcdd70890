"""Text of Ghost’s former editor: sections of markers, as JSON (Mobiledoc 0.3)."""

from html import escape
from typing import Any

from transfer.ghost.cards import html_of

MARKUPS, IMAGE, LIST, CARD = 1, 2, 3, 10  # kinds of sections
ATOM = 1  # a kind of marker; 0 is text
TAGS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "aside"})


def to_html(document: dict[str, Any], notes: list[str]) -> str:
    """Sentences on what was left out are added to the notes."""
    sections = document.get("sections")
    if not isinstance(sections, list):
        return ""
    return "".join(
        _section(each, document, notes) for each in sections if isinstance(each, list) and each
    )


def _section(section: list[Any], document: dict[str, Any], notes: list[str]) -> str:
    if section[0] == MARKUPS and len(section) > 2:
        tag = section[1] if section[1] in TAGS else "p"
        words = _markers(section[2], document)
        if tag in ("blockquote", "aside"):
            return f"<blockquote><p>{words}</p></blockquote>"
        return f"<{tag}>{words}</{tag}>"
    if section[0] == LIST and len(section) > 2:
        tag = "ol" if section[1] == "ol" else "ul"
        return f"<{tag}>{''.join(f'<li>{_markers(each, document)}</li>' for each in section[2])}</{tag}>"
    if section[0] == IMAGE and len(section) > 1:
        return html_of("image", {"src": section[1]})[0]
    if section[0] == CARD and (card := _at(document, "cards", section[1])):
        html, sentence = html_of(str(card[0]), card[1] if len(card) > 1 else {})
        notes.extend([sentence] if sentence else [])
        return html
    return ""


def _at(document: dict[str, Any], name: str, index: Any) -> list[Any]:
    found = document.get(name)
    if isinstance(found, list) and isinstance(index, int) and 0 <= index < len(found):
        return list(found[index])
    return []


def _markers(markers: Any, document: dict[str, Any]) -> str:
    """Each opens tags, says how many end behind it, and holds a text or an atom."""
    html, is_open = "", []
    for kind, opened, closed, value in (each for each in markers if len(each) == 4):
        for index in opened:
            markup = _at(document, "markups", index)
            tag = str(markup[0]) if markup else "span"
            html += f"<{tag}{_attributes(markup)}>"
            is_open.append(tag)
        html += "<br>" if kind == ATOM else escape(str(value), quote=False)
        for _ in range(min(closed, len(is_open))):
            html += f"</{is_open.pop()}>"
    return html + "".join(f"</{tag}>" for tag in reversed(is_open))


def _attributes(markup: list[Any]) -> str:
    """Names and values stand one after the other; a link’s address is all that is wanted."""
    told = markup[1] if len(markup) > 1 else []
    pairs = dict(zip(told[::2], told[1::2], strict=False))
    return f' href="{escape(str(pairs["href"]))}"' if "href" in pairs else ""
