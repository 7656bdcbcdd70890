"""Text of Ghost’s present editor: a tree of nodes, as JSON."""

from html import escape
from typing import Any

from transfer.ghost.cards import html_of

# Bits of a text’s format, the outermost tag first.
FORMATS = (
    (1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup"),
)  # fmt: skip
BLOCKS = {"paragraph": "p", "quote": "blockquote", "listitem": "li"}
DEEPEST = 60


def to_html(tree: dict[str, Any], notes: list[str]) -> str:
    """Sentences on what was left out are added to the notes."""
    return _inside(tree.get("root"), notes, 0)


def _inside(node: Any, notes: list[str], depth: int) -> str:
    children = node.get("children") if isinstance(node, dict) else None
    if not isinstance(children, list) or depth > DEEPEST:
        return ""
    return "".join(_node(each, notes, depth + 1) for each in children if isinstance(each, dict))


def _node(node: dict[str, Any], notes: list[str], depth: int) -> str:
    kind = str(node.get("type", "")).removeprefix("extended-")
    if kind == "text":
        return _formatted(str(node.get("text", "")), node.get("format"))
    if kind == "linebreak":
        return "<br>"
    if kind in ("link", "autolink"):
        return f'<a href="{escape(str(node.get("url", "")))}">{_inside(node, notes, depth)}</a>'
    if kind == "aside":
        return f'<blockquote class="pull"><p>{_inside(node, notes, depth)}</p></blockquote>'
    if kind == "quote":
        return f"<blockquote><p>{_inside(node, notes, depth)}</p></blockquote>"
    if tag := _tag(kind, node):
        return f"<{tag}>{_inside(node, notes, depth)}</{tag}>"
    if "children" in node:
        return _inside(node, notes, depth)
    html, sentence = html_of(kind, node)
    notes.extend([sentence] if sentence else [])
    return html


def _tag(kind: str, node: dict[str, Any]) -> str:
    if kind == "heading":
        tag = str(node.get("tag", ""))
        return tag if tag in ("h1", "h2", "h3", "h4", "h5", "h6") else "h2"
    if kind == "list":
        return "ol" if node.get("listType") == "number" else "ul"
    return BLOCKS.get(kind, "")


def _formatted(text: str, bits: Any) -> str:
    html = escape(text, quote=False)
    for bit, tag in reversed(FORMATS):
        if isinstance(bits, int) and bits & bit:
            html = f"<{tag}>{html}</{tag}>"
    return html
