"""The body of a story: from the editor’s HTML to safe HTML, text and the page. Nothing else
sanitises.
"""

import re
from collections.abc import Callable, Container, Mapping
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import nh3
from django.urls import reverse_lazy

from core import text
from core.media import media_as_served, media_as_stored

# What the editor offers. The sanitiser below allows what these produce and no more.
EXTENSIONS = {
    "NoSpellCheck": False,
    "Bold": True,
    "Italic": True,
    "Strike": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Code": True,
    "CodeBlock": True,
    "Image": True,
    "Caption": True,
    "Figure": {"pickerUrl": reverse_lazy("admin:articles_image_pick")},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "NodeClass": {"cssClasses": {"blockquote": [{"className": "pull", "title": "Pull quote"}]}},
    "SpecialCharacters": True,
    "HTML": True,
}

# What stands in these is shown as it is written.
LITERAL = frozenset({"code", "pre"})
# Writes a picture of the library into a page, with this description.
ShowPicture = Callable[[str], str]
# What links to these hold, said on their cards.
PLACES = {
    "x.com": "A post on X",
    "twitter.com": "A post on X",
    "youtube.com": "A video on YouTube",
    "youtu.be": "A video on YouTube",
    "vimeo.com": "A video on Vimeo",
    "github.com": "On GitHub",
    "reddit.com": "A conversation on Reddit",
    "t.me": "A message on Telegram",
}

_PLAIN_TAGS = "p br strong em s sub sup h2 h3 ul ol li blockquote hr pre code figure figcaption table thead tbody tr"
_cleaner = nh3.Cleaner(
    tags={*_PLAIN_TAGS.split(), "a", "img", "th", "td"},
    clean_content_tags={"script", "style"},
    attributes={
        "a": {"href", "title"},
        # data-file is the key of the picture in the library.
        "img": {"src", "alt", "width", "height", "loading", "data-file"},
        "th": {"rowspan", "colspan", "scope"},
        "td": {"rowspan", "colspan"},
        "ol": {"start"},
    },
    allowed_classes={"blockquote": {"pull"}, "figure": {"wide"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)
_EMPTY = re.compile(r"(?:\s|</?p>|<br>)*")
_FOREIGN_IMAGE = re.compile(r"<img\b(?![^>]*\bsrc=\"/media/)[^>]*>")
_LIBRARY_IMAGE = re.compile(r'<img\b[^>]*\bdata-file="(\d{1,9})"[^>]*>')
_FIGURE = re.compile(r"<figure\b[^>]*>.*?</figure>", re.DOTALL)
_ALT = re.compile(r'\balt="([^"]*)"')
# A paragraph that is one link to somewhere else and nothing besides.
_LINK_ALONE = re.compile(r'<p><a href="(https?://[^"]*)"[^>]*>([^<]+)</a></p>')
_LINK = re.compile(r'<a href="([^"]*)"')
_OWN_ADDRESS = re.compile(r'\b(href|src)="/(?!/)')
_CHIP = re.compile(r"\[\[([A-Z0-9]{1,10})\]\]")
_TAG = re.compile(r"(<[^>]*>)")
_VOID = re.compile(r"<(?:br|hr|img)\b")
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)


def sanitise(html: str) -> str:
    """Return `html` with everything taken out that the editor does not offer. Safe to call twice.

    Pictures come from our own library only: a foreign one would tell its host who reads.
    """
    clean = media_as_stored(_cleaner.clean(text.clean(html or "")))
    clean = _FOREIGN_IMAGE.sub("", clean)
    return "" if _EMPTY.fullmatch(clean) else clean


class _TextCollector(HTMLParser):
    BREAKS = frozenset(["p", "h2", "h3", "li", "blockquote", "figcaption", "th", "td", "pre", "br"])

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.code = 0  # how deep inside of what is taken as it is written

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.code += tag in LITERAL

    def handle_data(self, data: str) -> None:
        self.parts.append(data if self.code else _CHIP.sub(r"\1", data))

    def handle_endtag(self, tag: str) -> None:
        self.code -= tag in LITERAL
        if tag in self.BREAKS:
            self.parts.append("\n")


def plain_text(html: str) -> str:
    """Return the words of `html`, a line for each block; chips read as their symbols."""
    collector = _TextCollector()
    collector.feed(html)
    lines = (line.strip() for line in "".join(collector.parts).split("\n"))
    return re.sub(r"[ \t]+", " ", "\n".join(line for line in lines if line))


def pictures_in(html: str) -> set[int]:
    """The keys of the library’s pictures in a body."""
    return {int(key) for key in _LIBRARY_IMAGE.findall(html)}


def for_page(
    html: str,
    chips: dict[str, str],
    pictures: Mapping[int, ShowPicture] | None = None,
    *,
    is_paid: bool,
    own_host: str,
) -> str:
    """Return the body as readers get it.

    `chips` maps symbols to ready HTML; a coin that we do not follow reads as its symbol. `pictures`
    maps the keys of the library to what writes a picture with its description; one that was deleted
    is left out, with its caption. Links that lead elsewhere carry rel="noopener", and in paid
    pieces rel="sponsored nofollow noopener"; one that has a paragraph to itself is shown as a card.
    """
    pictures = pictures or {}
    html = media_as_served(_with_pictures(without_deleted(html, pictures), pictures))
    html = _with_cards(html, own_host)
    html = _with_relations(html, is_paid=is_paid, own_host=own_host)
    html = _TABLE.sub(_page_table, html)
    html = html.replace("<pre>", '<pre tabindex="0">')  # It scrolls, so the keyboard must reach it.
    html = html.replace("<img ", '<img loading="lazy" ').replace(
        'loading="lazy" loading="lazy"', 'loading="lazy"'
    )
    return _with_chips(html, chips)


def for_feed(html: str, present: Container[int], *, is_paid: bool, site_url: str) -> str:
    """Return the body for feeds and newsletters: addresses are absolute, and a coin reads as its
    symbol. `present` has the keys of pictures that are in the library.
    """
    html = without_deleted(html, present)
    html = _with_relations(html, is_paid=is_paid, own_host=urlsplit(site_url).netloc)
    html = media_as_served(html)
    return _with_chips(_OWN_ADDRESS.sub(rf'\1="{site_url}/', html), {})


def without_deleted(html: str, present: Container[int]) -> str:
    """A text without the library’s pictures that are not there any more, and without their captions."""

    def kept(match: re.Match[str]) -> str:
        return match[0] if all(key in present for key in pictures_in(match[0])) else ""

    return _LIBRARY_IMAGE.sub(kept, _FIGURE.sub(kept, html))


def _with_pictures(html: str, pictures: Mapping[int, ShowPicture]) -> str:
    def shown(match: re.Match[str]) -> str:
        show = pictures.get(int(match[1]))
        alt = _ALT.search(match[0])
        return show(unescape(alt[1]) if alt else "") if show else match[0]

    return _LIBRARY_IMAGE.sub(shown, html)


def _with_cards(html: str, own_host: str) -> str:
    """Instead of a foreign site’s script: where the link leads, in words, for whoever wants to go
    there.
    """

    def card(match: re.Match[str]) -> str:
        parts = urlsplit(unescape(match[1]))
        host = parts.netloc.removeprefix("www.")
        if not host or parts.netloc == own_host:
            return match[0]
        title = match[2] if "://" not in match[2] else escape(parts.path.strip("/")) or escape(host)
        place = PLACES.get(host, host)
        return f'<p class="embed"><a href="{match[1]}"><b>{title}</b><span>{escape(place)}</span></a></p>'

    return _LINK_ALONE.sub(card, html)


def _with_relations(html: str, *, is_paid: bool, own_host: str) -> str:
    relation = "sponsored nofollow noopener" if is_paid else "noopener"

    def with_relation(match: re.Match[str]) -> str:
        host = urlsplit(unescape(match[1])).netloc
        if not host or host == own_host:
            return match[0]
        return f'{match[0]} rel="{relation}"'

    return _LINK.sub(with_relation, html)


def links(html: str) -> list[str]:
    """Return the addresses of links in a text, as they are written in it."""
    return _LINK.findall(html)


def coins_in(html: str) -> set[str]:
    """Return the symbols that a text shows coins by, outside its code."""
    found: list[str] = []

    def note(symbol: str) -> str:
        found.append(symbol)
        return symbol

    _each_coin(html, note)
    return set(found)


def _with_chips(html: str, chips: dict[str, str]) -> str:
    return _each_coin(html, lambda symbol: chips.get(symbol, symbol))


def _each_coin(html: str, shown: Callable[[str], str]) -> str:
    """Put what `shown` returns for each coin of the text: in code, or inside a tag, double brackets
    are just that.
    """
    parts, code = _TAG.split(html), 0
    for place, part in enumerate(parts):
        if place % 2:
            name = part.strip("</>").split(maxsplit=1)[0] if part.strip("</> ") else ""
            code += (-1 if part.startswith("</") else 1) * (name in LITERAL)
        elif not code:
            parts[place] = _CHIP.sub(lambda match: shown(match[1]), part)
    return "".join(parts)


def _page_table(match: re.Match[str]) -> str:
    """Wide tables scroll inside a region that the keyboard reaches."""
    table = match[0].replace("<table>", '<table class="table">', 1)
    return f'<div class="table-wrap" role="region" aria-label="Table" tabindex="0">{table}</div>'


def images_without_alt(html: str) -> bool:
    """Return whether a picture in the text has no alternative text."""
    return any(not re.search(r'\balt="[^"]+"', tag) for tag in re.findall(r"<img\b[^>]*>", html))


def blocks(html: str) -> list[str]:
    """Cut a text between its outermost elements. Joined, they are the text again."""
    found, depth, part = [], 0, ""
    for number, piece in enumerate(_TAG.split(html)):
        part += piece
        if not number % 2 or _VOID.match(piece):
            continue
        depth += -1 if piece.startswith("</") else 1
        if depth == 0:
            found.append(part)
            part = ""
    return [*found, part] if part else found


def halves(html: str) -> tuple[str, str]:
    """Split a body before the section heading nearest its middle, where an advertisement may stand.

    A body without a heading after its first third stays whole.
    """
    starts = [match.start() for match in re.finditer("<h2>", html)]
    middle = len(html) / 2
    inner = [start for start in starts if len(html) / 4 < start < len(html) * 4 / 5]
    if not inner:
        return html, ""
    cut = min(inner, key=lambda start: abs(start - middle))
    return html[:cut], html[cut:]
