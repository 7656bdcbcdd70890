"""The cards of Ghost’s editors as plain HTML, whichever of them wrote them."""

from collections.abc import Callable
from html import escape
from typing import Any

from markdown_it import MarkdownIt

from transfer.bringing.plain_text import plain_line

Card = dict[str, Any]
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# Asks readers to sign up or to pay, which is done elsewhere here.
LEFT_OUT = frozenset({"signup", "paywall", "email", "email-cta", "product", "call-to-action"})


def html_of(name: str, card: Card) -> tuple[str, str]:
    """Return its HTML, and a sentence where something of it is lost."""
    if name in LEFT_OUT:
        return "", f"The card “{name}” was left out."
    if write := _CARDS.get(name):
        return write(card), ""
    return "", f"The card “{name}” is not known here and was left out."


def _text(card: Card, *names: str) -> str:
    return next((str(card[name]) for name in names if card.get(name)), "")


def _figure(inner: str, caption: str) -> str:
    words = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{inner}{words}</figure>"


def _image(card: Card) -> str:
    src, alt = _text(card, "src", "fileName"), _text(card, "alt", "altText")
    return _figure(f'<img src="{escape(src)}" alt="{escape(alt)}">', _text(card, "caption"))


def _gallery(card: Card) -> str:
    return "".join(_image(each) for each in card.get("images") or [] if isinstance(each, dict))


def _code(card: Card) -> str:
    return f"<pre><code>{escape(_text(card, 'code'))}</code></pre>"


def _html(card: Card) -> str:
    return _text(card, "html")


def _markdown(card: Card) -> str:
    return str(_MARKDOWN.render(_text(card, "markdown")))


def _link(card: Card) -> str:
    """An address alone in a paragraph, which becomes an embed here where it can be one."""
    address = escape(_text(card, "url", "src"))
    return f'<p><a href="{address}">{address}</a></p>' if address else _html(card)


def _titled_link(card: Card) -> str:
    told = card.get("metadata") if isinstance(card.get("metadata"), dict) else {}
    address = _text(card, "url", "buttonUrl", "src")
    title = (
        plain_line(
            _text(told or {}, "title")
            or _text(card, "title", "fileTitle", "buttonText", "fileName")
        )
        or address
    )
    return f'<p><a href="{escape(address)}">{escape(title)}</a></p>' if address else ""


def _callout(card: Card) -> str:
    return f"<p>{_text(card, 'calloutText')}</p>"


def _toggle(card: Card) -> str:
    return f"<h3>{plain_line(_text(card, 'heading'))}</h3>{_text(card, 'content')}"


def _header(card: Card) -> str:
    under = plain_line(_text(card, "subheader"))
    return f"<h2>{plain_line(_text(card, 'header'))}</h2>" + (f"<p>{under}</p>" if under else "")


def _rule(_: Card) -> str:
    return "<hr>"


_CARDS: dict[str, Callable[[Card], str]] = {
    "image": _image,
    "gallery": _gallery,
    "code": _code,
    "codeblock": _code,
    "html": _html,
    "markdown": _markdown,
    "card-markdown": _markdown,
    "embed": _link,
    "video": _link,
    "audio": _titled_link,
    "file": _titled_link,
    "bookmark": _titled_link,
    "button": _titled_link,
    "callout": _callout,
    "toggle": _toggle,
    "header": _header,
    "hr": _rule,
    "horizontalrule": _rule,
}
