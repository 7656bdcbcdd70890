"""The editors’ texts of an issue: as mail, as plain text, and as a page."""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

from django.conf import settings

from articles import body
from articles.media import images
from articles.models import Image
from core.addresses import absolute

# Where a link leads, by what it was written: by us, if clicks are counted.
Leads = Callable[[str, str], str]
WIDTH = 520  # pixels of the newsletter’s column

_LINK = re.compile(r'<a href="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
# A paragraph that is one bold link.
_BUTTON = re.compile(
    r"<p>(?:<strong>(<a [^>]*>)([^<]*)</a></strong>|(<a [^>]*>)<strong>([^<]*)</strong></a>)</p>"
)
_PICTURE = re.compile(r'<img\b[^>]*\bdata-file="(\d{1,9})"[^>]*>')
_ALT = re.compile(r'\balt="([^"]*)"')
_TAGS = re.compile(r"<[^>]*>")


def for_mail(html: str, leads: Leads) -> str:
    """With pictures that every mail program shows, buttons, and links that lead where `leads` says."""
    if not html:
        return ""
    pictures = _pictures(html)
    html = body.for_feed(html, pictures, is_paid=False, site_url=settings.SITE_URL)
    html = _PICTURE.sub(lambda found: _picture(found, pictures), html)
    html = _BUTTON.sub(_button, html)
    return _LINK.sub(lambda found: _lead(found, leads), html)


def for_page(html: str) -> str:
    """As the archive and its feed show it."""
    if not html:
        return ""
    return body.for_feed(html, _pictures(html), is_paid=False, site_url=settings.SITE_URL)


def as_text(html: str, leads: Leads) -> str:
    """Lines, each with the addresses of its links behind it."""
    site = settings.SITE_URL
    html = body.for_feed(html, {}, is_paid=False, site_url=site) if html else ""

    def spelled(found: re.Match[str]) -> str:
        url, label = unescape(found[1]), unescape(_TAGS.sub("", found[3]))
        return f"{found[3]} ({escape(leads(url, label))})"

    return body.plain_text(_LINK.sub(spelled, html)).replace("\n", "\n\n")


def _pictures(html: str) -> Mapping[int, Image]:
    keys = body.pictures_in(html)
    return Image.objects.in_bulk(keys) if keys else {}


def _picture(found: re.Match[str], pictures: Mapping[int, Image]) -> str:
    image = pictures[int(found[1])]
    url, height = as_jpeg(image)
    alt = _ALT.search(found[0])
    return (
        f'<img class="hero" src="{escape(url)}" width="{WIDTH}" height="{height}" '
        f'alt="{alt[1] if alt else ""}">'
    )


def as_jpeg(image: Image) -> tuple[str, int]:
    """The address of a JPEG, which all mail programs show, and its height at the column’s width.
    The original, until the worker has made one.
    """
    crops = images.crop_urls(image)
    width, tall = images.CROPS["16x9"] if crops else (max(image.width, 1), image.height)
    url = crops[0] if crops else image.url
    return absolute(url), round(WIDTH * tall / width)


def _button(found: re.Match[str]) -> str:
    """The padding is the cell’s: not all mail programs pad a link."""
    tag, label = found[1] or found[3], found[2] or found[4]
    link = tag.replace("<a ", '<a class="btlink" ', 1)
    # The address stays first in the tag, where links are looked for.
    href = re.search(r'href="[^"]*"', tag)
    link = f'<a {href[0]} class="btlink">' if href else link
    return (
        '<table role="presentation" class="btbox"><tr>'
        f'<td class="bt">{link}{label}</a></td></tr></table>'
    )


def _lead(found: re.Match[str], leads: Leads) -> str:
    url, label = unescape(found[1]), unescape(_TAGS.sub("", found[3])).strip()
    if not url.startswith(("http://", "https://")):
        return found[0]
    return f'<a href="{escape(leads(url, label))}"{found[2]}>{found[3]}</a>'
