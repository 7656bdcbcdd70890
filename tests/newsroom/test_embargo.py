"""Before its hour nothing says a word of a story: not one of all public addresses. At its hour they
do.
"""

import re
from datetime import timedelta

import pytest

from articles.discovery import metadata
from articles.models import ArticleCoin, Correction
from articles.publishing import workflow
from audience.choices import Period
from audience.models import MostRead

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    TagFactory,
    comment_on,
    member_of,
)
from ..journeys.test_freshness import SURFACES
from ..pages import squeezed

pytestmark = pytest.mark.django_db
SECRET = "Quietus"
# What has no word of any story on it at any time.
SILENT = {
    "comments", "comments-in-order", "thread", "prices", "price-strip", "about", "page", "advertise", "newsletter",
    "newsletter-asked",
    "comment-sent", "feeds",
    "archive", "corrections", "feed-corrections", "sitemap", "sitemap-pages", "robots", "ads-txt", "security-txt",
    "article", "share-card", "missing",
}  # fmt: skip


@pytest.fixture
def story(noon):
    """Scheduled for the minute in which its embargo ends, in an hour, with everything that may link
    to it.
    """
    at = noon_of(noon) + timedelta(hours=1)
    author = AuthorFactory(slug="maren-oduya")
    PublishedArticleFactory(authors=[author], slug="nine-banks-agree-when-a-payment-is-over")
    story = DraftArticleFactory(
        title=f"{SECRET} agreed", slug="quietus", authors=[author], embargoed_until=at
    )
    story.standfirst, story.body = f"{SECRET} is a bank.", f"<p>{SECRET} agreed to it.</p>"
    story.save()
    story.tags.add(TagFactory(slug="stablecoins"))
    ArticleCoin.objects.create(article=story, coin=CoinFactory(name="Bitcoin", symbol="BTC"))
    Correction.objects.create(article=story, text=f"{SECRET} was agreed twice.")
    # Such as one that came along from a story that was merged into it.
    comment_on(story, comment=f"{SECRET}, at last.")
    # As if it had been read already, such as one that was public for an hour by mistake.
    MostRead.objects.create(period=Period.DAY, place=1, story=story, readers=5)
    return workflow.publish(story, by=member_of("Editors"), at=at)


def noon_of(noon):
    from django.utils import timezone

    return timezone.now()


def addresses(story):
    month = f"{story.published_at:%Y/%m}"
    card = metadata.share_card(story)
    assert card
    for name, address in SURFACES.items():
        filled = address.format(
            author="maren-oduya",
            month=month,
            card=card,
            long=story.pk,
            comments="quietus/comments/1",
            thread="quietus/comments/thread/1",
            in_order="quietus/comments/newest",
        )
        yield name, filled
    yield "the story", "/policy/quietus/"
    yield "search for it", f"/search/?q={SECRET}"
    yield "suggestions", f"/search/suggest/?q={SECRET[:4]}"


def says(client, address) -> bool:
    """The page without what it repeats of the question itself."""
    page = squeezed(client.get(address).content.decode(errors="replace"))
    without_question = re.sub(rf'value="{SECRET}"|“{SECRET}”|<title>.*?</title>', "", page)
    return SECRET in without_question or "/quietus" in without_question


def test_nothing_leaks_before_the_hour_and_all_is_there_at_it(client, story, noon):
    leaks = [name for name, address in addresses(story) if says(client, address)]
    assert leaks == []
    for address in ("/policy/quietus/", metadata.share_card(story)):
        assert client.get(address).status_code == 404
    noon.shift(timedelta(hours=1, seconds=1))
    silent = {name for name, address in addresses(story) if not says(client, address)}
    assert silent - SILENT == set()
    assert client.get("/policy/quietus/").status_code == 200


def test_the_address_of_its_picture_cannot_be_guessed(story):
    assert re.search(r"/[0-9a-f]{32}\.\w+$", story.hero.file.name)
