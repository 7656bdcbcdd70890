"""
Paid pieces are labelled wherever they are shown.

Every public address is asked, by the table that the other crawls use: a surface that is new and
shows a paid piece without its label fails here, and so does one that nobody put into the table
(tests/journeys/test_freshness.py).
"""

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from articles.discovery import metadata
from articles.models import ArticleCoin

from ..factories import (
    AuthorFactory,
    CoinFactory,
    PublishedArticleFactory,
    QuoteFactory,
    SectionFactory,
    SponsoredArticleFactory,
    TagFactory,
)
from ..journeys.test_freshness import FEEDS, SURFACES

pytestmark = pytest.mark.django_db
TITLE = "Palisade opens a vault"
KINDS = {"sponsored": "Sponsored", "press_release": "Press release"}
# Where a paid piece has no business: what is news to search engines is not paid for.
NEVER_IN = {"news-sitemap"}
# Lists of addresses alone.
NO_WORDS = {"sitemap-stories", "archive-month"}


@pytest.fixture(params=KINDS)
def paid(request):
    author, tag = AuthorFactory(slug="maren-oduya"), TagFactory(slug="stablecoins")
    section, coin = SectionFactory(name="Policy"), CoinFactory(name="Bitcoin", symbol="BTC")
    QuoteFactory(coin=coin)
    first = PublishedArticleFactory(
        section=section,
        authors=[author],
        slug="nine-banks-agree-when-a-payment-is-over",
        body="<p>Agreed.</p>",
    )
    first.tags.add(tag)
    article = SponsoredArticleFactory(
        kind=request.param,
        section=section,
        title=TITLE,
        slug="palisade-opens-a-vault",
        body="<p>It was <a href='https://palisade.example/'>agreed</a>.</p>",
        risk_warning="It can lose all of its value.",
    )
    article.tags.add(tag)
    ArticleCoin.objects.create(article=article, coin=coin)
    return article


def addresses(article):
    for name, address in SURFACES.items():
        yield (
            name,
            address.format(
                author="maren-oduya",
                month=f"{article.published_at:%Y/%m}",
                card=metadata.share_card(article),
                long=article.pk,
                comments="palisade-opens-a-vault/comments/1",
                thread="palisade-opens-a-vault/comments/thread/1",
                in_order="palisade-opens-a-vault/comments/newest",
            ),
        )
    yield "the piece", article.get_absolute_url()
    yield "search for it", "/search/?q=palisade"
    yield "suggestions", "/search/suggest/?q=palisade"


def unlabelled(name: str, page: str, label: str) -> list[str]:
    """The places of a page that name the piece without its label."""
    if name in FEEDS or name.startswith("feed"):
        return [entry for entry in entries(page) if TITLE in entry and label not in entry]
    if page.lstrip().startswith(("{", "[")):
        return [each for each in map(str, json.loads(page)) if TITLE in each and label not in each]
    found = []
    page = re.sub(
        r'<script type="application/ld\+json">.*?</script>', "", page, flags=re.DOTALL
    )  # asked below
    for place in re.finditer(re.escape(TITLE), page):
        before = page[max(place.start() - 700, 0) : place.start()]
        # Its label stands before it: in its card, in the title of the page, or over its headline.
        if (
            f"{label}: " not in before[-40:]
            and f">{label}" not in before
            and f'class="label">{label}' not in before
        ):
            found.append(before[-120:] + TITLE)
    return found


def entries(feed: str) -> list[str]:
    if feed.lstrip().startswith("{"):
        return [json.dumps(item) for item in json.loads(feed)["items"]]
    root = ElementTree.fromstring(feed)
    return [
        ElementTree.tostring(item, encoding="unicode")
        for item in root.iter()
        if item.tag.split("}")[-1] in ("item", "entry")
    ]


def test_no_surface_shows_a_paid_piece_without_its_label(client, paid):
    label, wrong, seen = KINDS[paid.kind], {}, set()
    for name, address in addresses(paid):
        answer = client.get(address)
        if answer.status_code != 200 or "image" in answer["Content-Type"]:
            continue
        page = re.sub("</?mark>", "", answer.content.decode())
        if TITLE not in page:
            continue
        seen.add(name)
        if name in NEVER_IN:
            wrong[name] = ["It has no business here."]
        elif name not in NO_WORDS and (missing := unlabelled(name, page, label)):
            wrong[name] = missing
    assert wrong == {}
    assert {
        "section",
        "tag",
        "the piece",
        "search for it",
        "feed",
        "feed-of:section",
        "feed-of:tag",
    } <= seen


def test_its_own_page_says_who_paid_what_and_what_is_at_risk(client, paid):
    page = client.get(paid.get_absolute_url()).content.decode()
    for words in (paid.paid_by, paid.disclosure, paid.risk_warning):
        assert words in page
    links = re.findall(r"<a [^>]*palisade\.example[^>]*>", page)
    assert links
    assert all('rel="sponsored nofollow noopener"' in link for link in links)
    assert f'property="og:title" content="{KINDS[paid.kind]}: {TITLE}"' in page
    assert '"@type":"AdvertiserContentArticle"' in page.replace(" ", "")
    assert "NewsArticle" not in page


def test_its_share_card_is_drawn_with_its_label(paid):
    assert metadata.card_words(paid) == (TITLE, KINDS[paid.kind])


def test_it_is_in_no_news_sitemap(client, paid):
    assert paid.slug not in client.get("/news-sitemap.xml").content.decode()
    assert paid.slug in client.get("/sitemap-stories-0.xml").content.decode()
