"""Stories in templates."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from articles import body, cache_tags
from articles.discovery import metadata
from articles.discovery.search_terms import places
from articles.models import Article, Author, Correction, Image, Section, Tag
from articles.publishing import holdings
from articles.reading import page_lifetime
from pagecache import add_tags, table_tag
from pagecache.cached import cached_by_tags
from ticker.models import Coin
from ticker.presentation import live_prices

register = template.Library()

METADATA: dict[type, Callable[..., metadata.Metadata]] = {
    Article: metadata.of_article,
    Author: metadata.of_author,
    Coin: metadata.of_coin,
    Section: metadata.of_section,
    Tag: metadata.of_tag,
}


@register.simple_tag
def sections() -> list[Section]:
    """The menu. A page that has one shows stories, and is true until the next one comes out."""
    page_lifetime.until_next_change()
    return _menu()


@cached_by_tags(table_tag(Section))
def _menu() -> list[Section]:
    add_tags(table_tag(Section))
    return list(Section.objects.all())


@register.simple_tag
def body_halves(
    article: Article, coins: Iterable[Coin], own_host: str
) -> tuple[SafeString, SafeString]:
    """The body as readers get it, in two halves with room for an advertisement between them."""
    chips = {
        symbol: live_prices.chip(coin)
        for coin in coins
        for symbol in (coin.symbol, *coin.former_symbols)
        if f"[[{symbol}]]" in article.body
    }
    html = body.for_page(
        article.body, chips, _pictures_in(article.body), is_paid=article.is_paid, own_host=own_host
    )
    first, second = body.halves(html)
    return mark_safe(first), mark_safe(second)  # Sanitised when it was stored.


def _pictures_in(html: str) -> dict[int, body.ShowPicture]:
    """The library’s pictures in a text, in all their sizes; one query, and none where there are
    none.
    """
    wanted = body.pictures_in(html)
    for key in wanted:
        add_tags(cache_tags.picture_tag(key))
    found = Image.objects.in_bulk(wanted) if wanted else {}
    return {key: partial(_show_picture, image) for key, image in found.items()}


def _show_picture(image: Image, alt: str) -> str:
    return render_to_string("articles/_figure.html", {"image": image, "alt": alt}).strip()


@register.filter
def safe_body(html: str) -> SafeString:
    """HTML from a field that its model sanitises at every save."""
    return mark_safe(html)


@register.simple_tag
def metadata_of(shown: Any, path: str, site: Any) -> metadata.Metadata:
    """Return the metadata of the page at `path` that shows `shown`; None for the front page."""
    publisher = metadata.Publisher(site.name, site.tagline, site.contact_email, site.legal_owner)
    if shown is None:
        return metadata.of_home(publisher)
    return METADATA[type(shown)](shown, path, publisher)


@register.simple_tag
def retractions(article: Article) -> list[Correction]:
    """Return the retractions of a story, for the notice above it."""
    said = list(article.corrections.all())
    return said if any(each.kind == Correction.Kind.RETRACTION for each in said) else []


register.simple_tag(holdings.declared_by, name="declared_by")


@register.simple_tag
def holdings_sentence(article: Article) -> str:
    return holdings.sentence(list(article.bylines.all()))


@register.filter
def json_ld(text: str) -> SafeString:
    return mark_safe(text)  # Escaped by page_metadata.


@register.filter
def short_date(moment: datetime) -> str:
    """“22 Nov”, and with its year when that is not this one."""
    this_year = moment.year == timezone.now().year
    return f"{moment.day} {moment:%b}" if this_year else f"{moment.day} {moment:%b %Y}"


@register.filter
def highlight(text: str, words: list[str]) -> SafeString:
    """Escape `text` and mark every one of `words` in it, in whatever form."""
    parts: list[Any] = []
    end = 0
    for start, stop in places(text, words):
        parts += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    # Every part was escaped above.
    return mark_safe("".join([*parts, escape(text[end:])]))


@register.filter
def wire_time(moment: datetime) -> str:
    """The hour of today’s briefs, the day of older ones."""
    return f"{moment:%H:%M} UTC" if moment.date() == timezone.now().date() else short_date(moment)


@register.filter
def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


@register.filter
def cut_full_stop(text: str) -> str:
    return text.rstrip(".")


@register.simple_tag
def latest_stories(count: int) -> list[Article]:
    add_tags(cache_tags.STORIES)
    return list(
        Article.objects.published().journalism().stories().for_cards().newest_first()[:count]
    )


@register.filter
def initials(name: str) -> str:
    """Two letters for the little square beside a name."""
    words = re.findall(r"[^\W_]+", name) or ["?"]
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()
