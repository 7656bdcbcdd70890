"""The holdings of authors in the coins that they write about are disclosed where the story is read, as it was
when it came out.
"""

import pytest

from articles.models import ArticleCoin, Holding
from articles.publishing import workflow

from ..factories import AuthorFactory, CoinFactory, DraftArticleFactory, member_of

pytestmark = pytest.mark.django_db
SENTENCE = "Maren Oduya holds Bitcoin, as declared when this was published."


@pytest.fixture
def bitcoin():
    return CoinFactory(name="Bitcoin", symbol="BTC")


@pytest.fixture
def maren(bitcoin):
    author = AuthorFactory(name="Maren Oduya", slug="maren-oduya")
    Holding.objects.create(author=author, coin=bitcoin)
    return author


def published(*coins, authors):
    story = DraftArticleFactory(slug="the-clause", title="The clause", authors=authors)
    for coin in coins:
        ArticleCoin.objects.create(article=story, coin=coin)
    return workflow.publish(story, by=member_of("Editors"))


def test_it_is_said_on_the_page_and_in_every_feed(client, bitcoin, maren):
    published(bitcoin, authors=[maren, AuthorFactory()])
    for address in (
        "/policy/the-clause/",
        "/feeds/rss/",
        "/feeds/atom/",
        "/feeds/json/",
        "/feeds/rss/coin/bitcoin/",
    ):
        assert SENTENCE in client.get(address).content.decode(), address


def test_a_story_about_other_coins_says_nothing(client, maren):
    published(CoinFactory(name="Solana", symbol="SOL"), authors=[maren])
    assert "as declared when" not in client.get("/policy/the-clause/").content.decode()


def test_what_is_sold_or_bought_later_alters_nothing(client, bitcoin, maren):
    solana = CoinFactory(name="Solana", symbol="SOL")
    story = published(bitcoin, solana, authors=[maren])
    Holding.objects.all().delete()
    Holding.objects.create(author=maren, coin=solana)
    workflow.publish(story, by=member_of("Editors"))
    assert SENTENCE in client.get("/policy/the-clause/").content.decode()


def test_an_author_says_what_they_hold_on_their_own_page(client, bitcoin, maren):
    published(bitcoin, authors=[maren])
    assert "Bitcoin" in client.get("/author/maren-oduya/").content.decode()
