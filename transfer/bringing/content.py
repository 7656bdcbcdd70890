"""The text of a post as the body of a story: blocks or classic HTML in, our HTML out, with a sentence
for all that was not understood.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html

# Address, description and caption of a picture to the HTML of its figure, or nothing.
ShowPicture = Callable[[str, str, str], str]
# The number of an attachment to its address, description and caption.
FindAttachment = Callable[[str], tuple[str, str, str] | None]

_BLOCK = re.compile(r"<!--\s*(/?)wp:([a-z][a-z0-9/_-]{0,80})\b([^>]{0,4000}?)(/?)-->")
_SHORTCODE = re.compile(r"\[(/?)([a-zA-Z][\w-]{1,40})((?:\s[^\[\]]{0,2000})?)\]")
_ATTRIBUTE = re.compile(
    r"""([\w-]{1,40})\s?=\s?(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"']{1,2000}))"""
)
_ADDRESS_ALONE = re.compile(r"^https?://\S+$")
_YOUTUBE = re.compile(r"(?:youtube(?:-nocookie)?\.com/embed/|youtu\.be/)([\w-]{6,20})")

NO_PICTURE = "A picture could not be had:"
# Blocks without words of their own, which a site fills when it is shown.
STATIC_BLOCKS = frozenset({"more", "nextpage", "spacer", "separator", "core/more", "core/spacer"})
EMBEDS = frozenset({"embed", "youtube", "vimeo", "tweet", "twitter", "audio", "video", "playlist"})
BLOCK_TAGS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "fieldset"),
        *("figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hr", "iframe", "li", "main", "nav", "ol", "p", "pre", "section", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul", "video", "audio", "object"),
    }
)
RENAMED = {
    "h1": "h2",
    "h4": "h3",
    "h5": "h3",
    "h6": "h3",
    "b": "strong",
    "i": "em",
    "del": "s",
    "strike": "s",
    "cite": "em",
    "dt": "p",
    "dd": "p",
    "address": "p",
}
_STARTS_BLOCK = re.compile(rf"^\s*</?(?:{'|'.join(sorted(BLOCK_TAGS))})\b", re.IGNORECASE)


@dataclass
class Converted:
    html: str
    notes: list[str] = field(default_factory=list)


@dataclass
class _Work:
    show_picture: ShowPicture
    find_attachment: FindAttachment
    own_hosts: frozenset[str]
    notes: dict[str, None] = field(default_factory=dict)  # in order, each once

    def note(self, sentence: str) -> None:
        self.notes.setdefault(sentence)


def convert(
    content: str,
    show_picture: ShowPicture,
    find_attachment: FindAttachment,
    own_hosts: frozenset[str] = frozenset(),
    *,
    is_html: bool = False,
) -> Converted:
    """Return the body; the sanitiser has not seen it yet. With `is_html` it is read as it stands,
    without shortcodes and paragraphs by empty lines.
    """
    work = _Work(show_picture, find_attachment, own_hosts)
    text = content.replace("\r\n", "\n").replace("\r", "\n")
    if is_html:
        return Converted(_from_tree(_without_comments(text), work), list(work.notes))
    is_blocks = "<!-- wp:" in text
    text = _without_block_marks(text, work) if is_blocks else text
    text = _shortcodes(_without_comments(text), work)
    html = _from_tree(text if is_blocks else paragraphs(text), work)
    return Converted(html, list(work.notes))


def _without_block_marks(text: str, work: _Work) -> str:
    """The marks of blocks stand in comments; most have their HTML between them."""

    def mark(found: re.Match[str]) -> str:
        name, is_empty = found[2], bool(found[4])
        if is_empty and name.removeprefix("core/") not in STATIC_BLOCKS:
            work.note(f"The block “{name}” is filled by WordPress and was left out.")
        return "<hr>" if is_empty and name.endswith("separator") else ""

    return _BLOCK.sub(mark, text)


# --- Shortcodes ---------------------------------------------------------------------------------


def _shortcodes(text: str, work: _Work) -> str:
    """Those that WordPress brings become HTML; of others the words stay."""
    closed = {found[2].lower() for found in _SHORTCODE.finditer(text) if found[1]}
    out, end, open_caption = [], 0, False
    for found in _SHORTCODE.finditer(text):
        name, words = found[2].lower(), found[3]
        attributes = _attributes(words)
        is_known = name in ("caption", "wp_caption", "gallery", *EMBEDS)
        if text[found.start() - 1 : found.start()] == "[" and not is_known:
            continue  # [[BTC]]: a coin, or a shortcode that is to be read as it is.
        if not (is_known or attributes or name in closed):
            continue  # Words in brackets.
        out.append(text[end : found.start()])
        end = found.end()
        if name in ("caption", "wp_caption"):
            open_caption = not found[1]
            out.append('<figure class="wp-caption">' if open_caption else "</figure>")
        elif name == "gallery":
            out.append(_gallery(attributes, work))
        elif name in EMBEDS:
            out.append(_embed(attributes, words, closes=bool(found[1])))
        elif not found[1]:
            work.note(f"The shortcode “{name}” is not known here; its words stay.")
    out.append(text[end:])
    return "".join(out)


def _attributes(words: str) -> dict[str, str]:
    return {
        found[1].lower(): found[2] or found[3] or found[4] or ""
        for found in _ATTRIBUTE.finditer(words)
    }


def _gallery(attributes: dict[str, str], work: _Work) -> str:
    numbers = re.split(r"[,\s]+", attributes.get("ids", "").strip())
    found = [work.find_attachment(number) for number in numbers if number]
    if not any(found):
        work.note("A gallery names no pictures of the file and was left out.")
    return "".join(
        f'<figure><img src="{escape(each[0])}" alt="{escape(each[1])}">'
        f"<figcaption>{escape(each[2])}</figcaption></figure>"
        for each in found
        if each
    )


def _embed(attributes: dict[str, str], words: str, *, closes: bool) -> str:
    """An address between the two, or in an attribute."""
    address = attributes.get("src") or attributes.get("url") or attributes.get("mp4")
    address = address or attributes.get("mp3") or words.strip()
    if closes or not address.startswith("http"):
        return "\n\n"
    return f"\n\n{escape(address)}\n\n"


# --- Paragraphs ---------------------------------------------------------------------------------


def paragraphs(text: str) -> str:
    """Classic text: an empty line ends a paragraph, a single one is a break, as WordPress shows it."""
    parts = re.split(r"(<pre\b.*?</pre>)", text, flags=re.DOTALL | re.IGNORECASE)
    return "".join(part if index % 2 else _paragraphs(part) for index, part in enumerate(parts))


def _paragraphs(text: str) -> str:
    # Tags of blocks on lines of their own, so that they are not taken into paragraphs.
    names = "|".join(sorted(BLOCK_TAGS - {"li", "td", "th", "figcaption", "dd", "dt"}))
    text = re.sub(rf"(<(?:{names})\b[^>]*>)", r"\n\n\1", text, flags=re.IGNORECASE)
    text = re.sub(rf"(</(?:{names})>)", r"\1\n\n", text, flags=re.IGNORECASE)
    found = []
    for chunk in re.split(r"\n[ \t]*\n", text):
        words = chunk.strip()
        if not words:
            continue
        if _STARTS_BLOCK.match(words) or _ends_block(words):
            found.append(words)
        elif _ADDRESS_ALONE.match(words):
            found.append(f'<p><a href="{words}">{words}</a></p>')
        else:
            lines = re.sub(r"(?<!>)\n", "<br>", words)
            found.append(f"<p>{lines}</p>")
    return "\n".join(found)


def _ends_block(words: str) -> bool:
    return words.startswith("</")


def _without_comments(text: str) -> str:
    """Without comments of HTML; one that does not end stays. An expression for it would look through the
    whole text again for each beginning.
    """
    kept, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        kept.append(text[at:begin])
        at = end + 3
    return "".join([*kept, text[at:]])


# --- The tree -----------------------------------------------------------------------------------


def _from_tree(text: str, work: _Work) -> str:
    if not text.strip():
        return ""
    try:
        root: Any = lxml_html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        work.note("The text could not be read as HTML; its words stay.")
        return f"<p>{escape(re.sub(r'<[^<>]*>', ' ', text))}</p>"
    _remove(root, work)
    _figures(root, work)
    _pictures(root, work)
    _rename(root)
    _links(root, work)
    return "".join(_blocks(root))


def _remove(root: Any, work: _Work) -> None:
    for element in list(root.iter("iframe")):
        address = element.get("src") or ""
        if found := _YOUTUBE.search(address):
            address = f"https://www.youtube.com/watch?v={found[1]}"
        address = f"https:{address}" if address.startswith("//") else address
        if address.startswith("http"):
            _replace(element, f'<p><a href="{escape(address)}">{escape(address)}</a></p>')
        else:
            element.drop_tree()
    for name in ("script", "style", "form", "object", "noscript", "svg"):
        for element in list(root.iter(name)):
            if element.getparent() is not None:
                work.note(f"<{name}> was left out.")
                element.drop_tree()


def _replace(element: Any, html: str) -> None:
    """Another element in its place, with what follows it."""
    made = lxml_html.fragment_fromstring(html)
    made.tail = element.tail
    element.getparent().replace(element, made)


def _figures(root: Any, work: _Work) -> None:
    """Figures that hold no picture: embeds, pull quotes and tables."""
    for figure in list(root.iter("figure")):
        classes = figure.get("class") or ""
        if "wp-block-pullquote" in classes and (quote := figure.find(".//blockquote")) is not None:
            quote.set("class", "pull")
            figure.drop_tag()
        elif (
            "wp-block-embed" in classes
            or "wp-block-video" in classes
            or "wp-block-audio" in classes
        ):
            _embed_figure(figure)
        elif figure.find(".//table") is not None:
            for caption in list(figure.iter("figcaption")):
                caption.tag = "p"
            figure.drop_tag()
        elif figure.find(".//img") is None:
            figure.drop_tag()
    for quote in root.iter("blockquote"):
        is_pull = "pull" in (quote.get("class") or "").split()
        quote.attrib.clear()
        if is_pull:
            quote.set("class", "pull")


def _embed_figure(figure: Any) -> None:
    words = " ".join(figure.itertext()).split()
    media = figure.find(".//*[@src]")
    link = figure.find(".//a[@href]")
    address = next((word for word in words if word.startswith("http")), "")
    address = address or (media.get("src") if media is not None else "")
    address = address or (link.get("href") if link is not None else "")
    if address.startswith("http"):
        _replace(figure, f'<p><a href="{escape(address)}">{escape(address)}</a></p>')
    else:
        figure.drop_tree()


def _pictures(root: Any, work: _Work) -> None:
    """Each picture as a figure of its own, behind the block that it stood in."""
    for picture in list(root.iter("img")):
        address = (
            picture.get("data-orig-file") or picture.get("src") or picture.get("data-src") or ""
        )
        figure = next(picture.iterancestors("figure"), None)
        html = work.show_picture(address, picture.get("alt") or "", _caption(figure, picture))
        if not html:
            work.note(f"{NO_PICTURE} {address[:200]}")
        block = figure if figure is not None and len(list(figure.iter("img"))) == 1 else None
        if block is None:
            block = _top(root, picture)
            picture.drop_tree()
            if html:
                made = lxml_html.fragment_fromstring(html)
                made.tail, block.tail = block.tail, None
                block.addnext(made)
        elif html:
            _replace(block, html)
        else:
            block.drop_tree()


def _caption(figure: Any, picture: Any) -> str:
    """Of a block’s caption, or of the words beside a picture in a classic one."""
    if figure is None:
        return ""
    caption = figure.find(".//figcaption")
    if caption is not None:
        return " ".join(caption.text_content().split())
    return (
        " ".join(figure.text_content().split())
        if "wp-caption" in (figure.get("class") or "")
        else ""
    )


def _top(root: Any, element: Any) -> Any:
    """What it stands in, right under the root."""
    while element.getparent() is not None and element.getparent() is not root:
        element = element.getparent()
    return element


def _rename(root: Any) -> None:
    for element in root.iter(*RENAMED):
        element.tag = RENAMED[element.tag]


def _links(root: Any, work: _Work) -> None:
    """Links to the site itself by their path, so that they go on where its addresses lead."""
    for link in root.iter("a"):
        parts = urlsplit(_address(link.get("href") or ""))
        if parts.hostname and parts.hostname.removeprefix("www.") in work.own_hosts:
            query = f"?{parts.query}" if parts.query else ""
            fragment = f"#{parts.fragment}" if parts.fragment else ""
            link.set("href", f"{parts.path or '/'}{query}{fragment}")


def _address(text: str) -> str:
    try:
        urlsplit(text)
    except ValueError:
        return ""
    return text


def _blocks(parent: Any) -> list[str]:
    """Blocks one after the other, with words between them in paragraphs of their own."""
    found: list[str] = []
    inline: list[str] = [escape(parent.text)] if parent.text else []

    def end_paragraph() -> None:
        words = "".join(inline).strip()
        inline.clear()
        if re.sub(r"<br>|&nbsp;|\s|\xa0", "", words):
            found.append(f"<p>{words}</p>")

    for child in parent:
        if not isinstance(child.tag, str):
            inline.append(escape(child.tail or ""))
            continue
        tail, child.tail = child.tail, None
        if child.tag in (
            "div",
            "section",
            "article",
            "main",
            "header",
            "footer",
            "aside",
            "nav",
            "center",
        ):
            end_paragraph()
            found.extend(_blocks(child))
        elif child.tag in BLOCK_TAGS:
            end_paragraph()
            found.append(lxml_html.tostring(child, encoding="unicode"))
        else:
            inline.append(lxml_html.tostring(child, encoding="unicode"))
        inline.append(escape(tail or ""))
    end_paragraph()
    return found
