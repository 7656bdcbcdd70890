"""The number of queries that each page takes in a process that has made others before, and no more for more
rows.
"""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from articles.discovery.metadata import share_card
from articles.models import Article, ArticleCoin
from comments.reading.paging import THREADS_PER_PAGE
from newsletter.models import Issue, Item, main_newsletter
from newsroom.models import AboutPage, Publication
from pagecache import cached

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftBannerFactory,
    PublishedArticleFactory,
    QuoteFactory,
    SectionFactory,
    SponsoredArticleFactory,
    TagFactory,
    UserFactory,
    comment_on,
    member_of,
)
from ..pagecache.test_rules import patterns

pytestmark = pytest.mark.django_db

# Each part with prices is a query here; a process that serves readers makes it once for all pages.
BUDGETS = {
    "/": 8,
    "/policy/": 6,
    "/policy/the-clause/": 10,
    "/tag/custody/": 5,
    "/author/ada/": 6,
    "/prices/": 3,
    "/prices/bitcoin/": 6,
    "/prices/bitcoin/1y/": 6,
    "/prices/strip/": 2,
    "/prices/?sort=-change&shown=rising": 3,
    "/about/": 4,
    "/about/standards/": 4,
    "/advertise/": 5,
    "/newsletter/": 3,
    "/search/?q=clause": 13,
    "/corrections/": 4,
    "/most-read/": 6,
    "/archive/": 4,
    "/feeds/json/corrections/": 2,
    "/feeds/": 4,
    "/feeds/rss/": 5,
    "/feeds/rss/comments/": 5,
    "/feeds/json/section/policy/": 6,
    "/feeds/atom/tag/custody/": 6,
    "/feeds/rss/author/ada/": 6,
    "/feeds/json/coin/bitcoin/": 6,
    "/sitemap.xml": 1,
    "/sitemap-pages.xml": 5,
    "/sitemap-stories-0.xml": 2,
    "/news-sitemap.xml": 2,
    "/robots.txt": 1,
    "/ads.txt": 1,
    "/.well-known/security.txt": 1,
    "/share/{story}-{version}.png": 2,
    "/archive/{month}/": 5,
    "/policy/the-clause/comments/{later}/": 8,
    "/policy/the-clause/comments/newest/": 8,
    "/policy/the-clause/comments/thread/{later}/": 8,
    "/feeds/rss/comments/{story}/": 5,
    "/comments/sent/": 4,
    "/newsletter/asked/": 4,
    "/newsletter/daily/": 5,
    "/newsletter/daily/1/": 6,
    "/feeds/json/newsletter/daily/": 4,
    "/nothing/": 5,
}
# The desk asks who is asking, what they may do, and which filters it offers.
DESK_BUDGETS = {
    "/admin/": 30,
    "/admin/articles/article/": 15,
    "/admin/comments/sitecomment/": 12,
    "/admin/advertising/placement/": 12,
    "/admin/ticker/quote/": 10,
    "/admin/ticker/coin/": 10,
    "/admin/ticker/coin/find/?q=bitcoin": 10,
    "/admin/ticker/pricesource/": 14,
}


@pytest.fixture
def add_rows():
    """Add so many of everything that a page may show."""
    section = SectionFactory(name="Policy")
    author, tag, coin = AuthorFactory(slug="ada"), TagFactory(slug="custody"), CoinFactory()
    QuoteFactory(coin=coin)
    AboutPage.objects.create(title="Standards", slug="standards")
    article = PublishedArticleFactory(slug="the-clause", section=section, authors=[author])
    issue = an_issue(1)

    def add(count: int) -> None:
        for number in range(count):
            story = PublishedArticleFactory(section=section, authors=[author, AuthorFactory()])
            for each in (article, story):
                each.tags.add(tag, TagFactory())
                ArticleCoin.objects.get_or_create(article=each, coin=coin)
            comment_on(article, comment_on(article, user=UserFactory()) if number % 2 else None)
            comment_on(story)
            PublishedArticleFactory(kind="brief")
            SponsoredArticleFactory()
            DraftBannerFactory()
            PublishedArticleFactory(section=SectionFactory(name=f"Section-{story.pk}"))
            Item.objects.create(issue=issue, article=story, kind="story")
            an_issue(1000 + story.pk)
            symbol = f"C{story.pk}"
            QuoteFactory(coin=CoinFactory(name=symbol, symbol=symbol))

    return add


def an_issue(number: int) -> Issue:
    """A newsletter that went out."""
    return Issue.objects.create(
        newsletter=main_newsletter(), number=number, status="sent", started_at=timezone.now()
    )


@pytest.fixture
def places(add_rows):
    """The values for the names in the addresses above, once there is enough for each to be a
    page.
    """
    add_rows(3)
    Publication.objects.update_or_create(pk=1, defaults={"contact_email": "desk@finality.example"})
    article = Article.objects.get(slug="the-clause")
    later = [comment_on(article) for _ in range(THREADS_PER_PAGE)][-1]
    version = re.search(r"-(\w+)\.png", share_card(article))[1]
    return {
        "story": article.pk,
        "version": version,
        "later": later.pk,
        "month": f"{timezone.now():%Y/%-m}",
    }


def queries(client, address: str) -> int:
    ContentType.objects.clear_cache()
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == (404 if address == "/nothing/" else 200), address
    return len(captured)


def test_every_page_keeps_its_budget_however_much_there_is(client, add_rows, places):
    """A query a row (N+1) shows as a page that takes more for twelve rows of everything than for
    three.
    """
    budgets = {address.format(**places): most for address, most in BUDGETS.items()}
    few = {address: queries(client, address) for address in budgets}
    assert {address: number for address, number in few.items() if number > budgets[address]} == {}
    add_rows(9)
    cached.clear_cached()
    assert {address: queries(client, address) for address in budgets} == few


def test_every_public_page_has_a_budget():
    public = {
        each.name for _, each in patterns(get_resolver()) if hasattr(each.callback, "public_params")
    }
    parts = {"story": 1, "version": "0a", "later": 1, "month": "2026/1"}
    assert (
        public
        - {resolve(address.format(**parts).partition("?")[0]).url_name for address in BUDGETS}
        == set()
    )


def test_the_desk_keeps_its_budget(client, add_rows):
    client.force_login(member_of("Chief editors"))
    add_rows(3)
    few = {address: queries(client, address) for address in DESK_BUDGETS}
    assert {
        address: number for address, number in few.items() if number > DESK_BUDGETS[address]
    } == {}
    add_rows(9)
    assert {address: queries(client, address) for address in DESK_BUDGETS} == few


def test_the_form_of_a_story_opens_in_eighteen_queries_however_much_there_is(client, add_rows):
    client.force_login(member_of("Editors"))
    add_rows(3)
    address = reverse(
        "admin:articles_article_change", args=[Article.objects.get(slug="the-clause").pk]
    )
    few = queries(client, address)
    assert few <= 18
    add_rows(9)
    assert queries(client, address) == few


def test_a_page_that_asks_for_every_row_would_be_noticed(client, add_rows, monkeypatch):
    """The check above can fail."""
    from articles.querysets import ArticleQuerySet

    monkeypatch.setattr(ArticleQuerySet, "_light", lambda self: self.defer("title"))
    add_rows(3)
    few = queries(client, "/policy/")
    add_rows(9)
    assert queries(client, "/policy/") > few
