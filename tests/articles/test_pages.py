"""The reader’s pages: what they show, in how many queries, and the same to everybody."""

import re
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, ArticleCoin
from newsroom.models import Publication

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    QuoteFactory,
    ScheduledArticleFactory,
    SectionFactory,
    SponsoredArticleFactory,
    TagFactory,
    UserFactory,
    comment_on,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def query_count(client):
    """Return how many queries a page takes, once it has been seen to answer 200."""
    from django.db import connection

    def count(address: str) -> int:
        ContentType.objects.clear_cache()
        client.get(address)  # What all pages share is read once a process.
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    return count


def full_article() -> Article:
    """An article with eight comments by readers and staff, tags, coins and neighbours."""
    article = PublishedArticleFactory(authors=[AuthorFactory(user=UserFactory()), AuthorFactory()])
    article.tags.set([TagFactory(), TagFactory()])
    QuoteFactory()
    ArticleCoin.objects.create(article=article, coin=CoinFactory(), price_at_publication=100)
    parent = None
    for number in range(8):
        parent = comment_on(
            article, parent if number % 3 else None, user=UserFactory() if number % 2 else None
        )
    PublishedArticleFactory.create_batch(4)
    return article


def test_an_article_with_eight_comments_takes_eleven_queries_at_most(query_count):
    """The budget of the page that everything meets in; 100 comments cost the same. Three of them are
    for prices, which a process that serves readers asks for once for all its pages.
    """
    article = full_article()
    few = query_count(article.get_absolute_url())
    assert few <= 11
    for _ in range(92):
        comment_on(article, user=UserFactory())
    assert query_count(article.get_absolute_url()) == few


def test_the_front_page_takes_twelve_queries_at_most(query_count):
    for name in ("Markets", "Policy", "Technology", "Opinion"):
        PublishedArticleFactory.create_batch(
            6, section=SectionFactory(name=name, is_opinion=name == "Opinion")
        )
    PublishedArticleFactory.create_batch(9, kind="brief")
    SponsoredArticleFactory()
    assert query_count("/") <= 12


@pytest.mark.parametrize(
    "address", ["/policy/", "/tag/custody/", "/author/ada/", "/search/?q=paragraph"]
)
def test_a_list_takes_as_many_queries_for_twenty_stories_as_for_two(query_count, address):
    author, tag = AuthorFactory(slug="ada"), TagFactory(slug="custody")

    def add(count: int) -> None:
        for article in PublishedArticleFactory.create_batch(count, authors=[author]):
            article.tags.add(tag)

    add(2)
    few = query_count(address)
    add(18)
    assert query_count(address) == few


def test_the_article_page_has_all_its_parts(client):
    article = full_article()
    page = client.get(article.get_absolute_url()).content.decode()
    for part in (
        '<aside class="strip"',
        '<section class="ticker"',
        'data-symbol="BTC"',
        "<article>",
        "<h1>",
        'class="stand"',
        "For information only.",
        "For businesses",
        "8 thoughts on",
        'id="comments"',
        'class="comment"',
        'class="comment-body"',
        'id="comment-form"',
        "will not be published",
        'data-slot="top"',
        'class="top"',
        "application/ld+json",
    ):
        assert part in page, part
    fields = re.findall(
        r'name="([a-z_]+)"', page[page.index('id="comment-form"') : page.index("Post this comment")]
    )
    assert {"name", "email", "url", "comment", "followup", "reply_to"} <= set(fields)


PUBLIC = [
    "/",
    "/policy/",
    "/prices/",
    "/search/?q=clause",
    "/newsletter/",
    "/advertise/",
    "/about/",
    "/nothing-here/",
]


@pytest.mark.parametrize("address", [*PUBLIC, "article"])
def test_a_public_page_is_the_same_for_every_reader(client, address):
    """No cookie, nothing that varies by one, no token: a cache may keep it for all."""
    article = full_article()
    address = article.get_absolute_url() if address == "article" else address
    response = client.get(address)
    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()
    assert b"csrfmiddlewaretoken" not in response.content
    assert b"security_hash" not in response.content
    assert b"nonce" not in response.content
    assert client.get(address).content == response.content


def test_a_browser_is_told_what_it_may_fetch_ahead(client):
    """The story that a reader is about to open; only pages say so."""
    article = PublishedArticleFactory()
    assert (
        client.get(article.get_absolute_url())["Speculation-Rules"]
        == '"/static/newsroom/next.speculationrules"'
    )
    assert "Speculation-Rules" not in client.get("/robots.txt")
    assert "Speculation-Rules" not in client.get("/search/?q=clause")


def test_pages_do_not_differ_for_somebody_who_is_signed_in(client):
    article = full_article()
    before = client.get(article.get_absolute_url()).content
    client.force_login(UserFactory(is_staff=True))
    assert client.get(article.get_absolute_url()).content == before


@pytest.mark.parametrize("factory", [DraftArticleFactory, ScheduledArticleFactory])
def test_what_is_not_out_is_nowhere(client, factory):
    article = factory(title="The secret clause", authors=[AuthorFactory(slug="ada")])
    article.tags.add(TagFactory(slug="custody"))
    QuoteFactory()
    ArticleCoin.objects.create(article=article, coin=CoinFactory())
    assert client.get(article.get_absolute_url()).status_code == 404
    for address in (
        "/",
        "/policy/",
        "/author/ada/",
        "/tag/custody/",
        "/prices/bitcoin/",
        "/search/?q=secret",
    ):
        assert "The secret clause" not in client.get(address).content.decode(), address


def test_a_scheduled_story_appears_at_its_time(client, noon):
    article = ScheduledArticleFactory(published_at=timezone.now() + timedelta(minutes=5))
    assert client.get(article.get_absolute_url()).status_code == 404
    noon.shift(timedelta(minutes=5))
    assert client.get(article.get_absolute_url()).status_code == 200


def test_the_right_story_under_the_wrong_section_is_redirected_in_one_hop(client):
    article = PublishedArticleFactory()
    response = client.get(f"/markets/{article.slug}/")
    assert response.status_code == 301
    assert response["Location"] == article.get_absolute_url()


@pytest.mark.parametrize("address", ["/", "/policy/", "/search/?q=paragraph", "article"])
def test_the_label_is_on_every_surface_that_shows_paid_work(client, address):
    PublishedArticleFactory.create_batch(8)
    paid = SponsoredArticleFactory(title="What custody is")
    address = paid.get_absolute_url() if address == "article" else address
    page = client.get(address).content.decode()
    assert "What custody is" in page
    assert "Sponsored" in page
    assert "Paid for by Palisade Custody" in page
    assert "data-sponsored" in page


def test_a_paid_page_says_so_to_machines_too(client):
    paid = SponsoredArticleFactory(body='<p>See <a href="https://palisade.example/">us</a>.</p>')
    page = client.get(paid.get_absolute_url()).content.decode()
    assert 'rel="sponsored nofollow noopener"' in page
    assert "AdvertiserContentArticle" in page
    assert 'property="og:title" content="Sponsored: ' in page
    assert "comment-form" not in page


def test_paid_work_is_not_among_the_most_discussed_or_related(client):
    article = PublishedArticleFactory()
    SponsoredArticleFactory(title="What custody is", comment_count=900)
    assert "What custody is" not in client.get(article.get_absolute_url()).content.decode()


def test_names_and_titles_are_inert(client):
    Publication.objects.create(name="<b>Ink</b>")
    article = PublishedArticleFactory(
        title="<script>alert(1)</script> & more", standfirst='"><img src=x onerror=1>'
    )
    comment_on(article, user_name="<i>Eve</i>", comment="<script>alert(2)</script>")
    page = client.get(article.get_absolute_url()).content.decode()
    for live in ("<script>alert", "<i>Eve", "<img src=x", "<b>Ink"):
        assert live not in page


def titles(page: str) -> list[str]:
    """The headlines of a list, in their order."""
    listed = page[
        page.index("<main") : page.index('class="pager"') if 'class="pager"' in page else None
    ]
    return re.findall(r"The clause number (\d+)\s*</a>", listed)


def link(page: str, relation: str) -> str | None:
    found = re.search(rf'href="(\?[^"]+)" rel="{relation}"', page)
    return found and found[1].replace("&amp;", "&")


def test_pages_of_a_list_are_linked_both_ways_and_end(client):
    """Stories of one moment, too, stand on exactly one page."""
    moment = timezone.now() - timedelta(hours=1)
    PublishedArticleFactory.create_batch(30, published_at=moment)
    PublishedArticleFactory.create_batch(25)
    address, seen, pages = "/policy/", [], []
    while address:
        pages.append(client.get(address).content.decode())
        seen += titles(pages[-1])
        older = link(pages[-1], "next")
        address = older and f"/policy/{older}"
    assert [len(titles(page)) for page in pages] == [20, 20, 15]
    assert len(seen) == len(set(seen)) == 55
    assert link(pages[0], "prev") is None
    back = client.get(f"/policy/{link(pages[2], 'prev')}").content.decode()
    assert titles(back) == titles(pages[1])
    first = client.get(f"/policy/{link(back, 'prev')}").content.decode()
    assert titles(first) == titles(pages[0])
    assert link(first, "prev") is None


def test_a_page_does_not_move_when_something_new_comes_out(client):
    PublishedArticleFactory.create_batch(25)
    older = link(client.get("/policy/").content.decode(), "next")
    before = titles(client.get(f"/policy/{older}").content.decode())
    PublishedArticleFactory.create_batch(5)
    assert titles(client.get(f"/policy/{older}").content.decode()) == before


def test_pages_of_a_search_keep_what_was_searched_for(client):
    PublishedArticleFactory.create_batch(25)
    best = client.get("/search/?q=paragraph&section=policy").content.decode()
    assert 'href="?q=paragraph&amp;when=&amp;section=policy&amp;order=newest"' in best
    older = link(
        client.get("/search/?q=paragraph&section=policy&order=newest").content.decode(), "next"
    )
    assert older.startswith("?q=paragraph&section=policy&order=newest&before=")
    assert len(titles(client.get(f"/search/{older}").content.decode())) == 5


PLACES = [
    "0",
    "-1",
    "two",
    "1e3",
    "٣-1",
    "1-",
    "-1-1",
    "9" * 17 + "-" + "9" * 19,
    "1-1",
    "9" * 300 + "-1",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_page_that_is_no_page_is_not_found(client, place):
    PublishedArticleFactory()
    assert client.get(f"/policy/?before={place}").status_code == 404


@pytest.mark.parametrize("place", ["99999999999999999-999999999999999999", "0-0"])
def test_the_ends_of_time_are_places_too(client, place):
    PublishedArticleFactory()
    assert client.get(f"/policy/?after={place}").status_code == 200


@pytest.mark.parametrize(
    "query", ['"unbalanced', "a AND OR NOT (", "😀", "x" * 10_000, "%FF%FE", "", "-", "'; DROP"]
)
def test_search_survives_whatever_is_typed(client, query):
    PublishedArticleFactory()
    assert client.get(f"/search/?q={query}").status_code == 200


def test_search_marks_what_it_found_and_helps_when_it_finds_nothing(client):
    PublishedArticleFactory()
    TagFactory(name="Custody")
    assert "<mark>paragraph</mark>" in client.get("/search/?q=paragraph").content.decode()
    nothing = client.get("/search/?q=zebra").content.decode()
    assert "Nothing matches every word" in nothing
    assert "Custody" in nothing


def test_search_in_a_section_leaves_the_others_out(client):
    PublishedArticleFactory(title="In policy")
    PublishedArticleFactory(title="In markets", section=SectionFactory(name="Markets"))
    page = client.get("/search/?q=paragraph&section=markets").content.decode()
    assert "In markets" in page
    assert "In policy" not in page
