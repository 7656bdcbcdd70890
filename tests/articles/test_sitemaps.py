"""Sitemaps: complete, valid, split by the block, and silent about what is not out."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import cache_tags
from newsroom.models import Publication

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    ScheduledArticleFactory,
    SponsoredArticleFactory,
    TagFactory,
)
from . import validators

pytestmark = pytest.mark.django_db


def addresses(client) -> list[str]:
    """Every page that the index leads to."""
    found = []
    for place in validators.sitemap(client.get("/sitemap.xml").content.decode()):
        found += validators.sitemap(
            client.get(place.removeprefix(settings.SITE_URL)).content.decode()
        )
    return [address.removeprefix(settings.SITE_URL) for address in found]


def test_every_public_page_is_in_it_once(client):
    story, paid = PublishedArticleFactory(), SponsoredArticleFactory()
    author, tag, coin = AuthorFactory(), TagFactory(), CoinFactory()
    DraftArticleFactory(slug="a-draft")
    ScheduledArticleFactory(slug="a-later-one")
    found = addresses(client)
    assert len(set(found)) == len(found)
    assert {
        page.get_absolute_url() for page in (story, paid, author, tag, coin, story.section)
    } <= set(found)
    assert not [address for address in found if "a-draft" in address or "a-later-one" in address]
    for address in found:
        assert client.get(address).status_code == 200, address


def test_the_stories_are_cut_into_blocks_by_their_key(client, monkeypatch):
    monkeypatch.setattr(cache_tags, "SITEMAP_BLOCK", 3)
    stories = PublishedArticleFactory.create_batch(7)
    found = [address for address in addresses(client) if address.startswith("/policy/the-")]
    assert sorted(found) == sorted(story.get_absolute_url() for story in stories)
    files = validators.sitemap(client.get("/sitemap.xml").content.decode())
    assert len(files) == 2 + stories[-1].pk // 3
    assert client.get(f"/sitemap-stories-{stories[-1].pk // 3 + 1}.xml").status_code == 404


def test_a_block_takes_the_same_queries_however_many_stories(client):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/sitemap-stories-0.xml").status_code == 200
        return len(queries)

    PublishedArticleFactory()
    count()
    few = count()
    PublishedArticleFactory.create_batch(5)
    assert count() == few


def test_news_are_two_days_old_at_most_and_nobody_paid_for_them(client):
    Publication.objects.create(name="Finality")
    new = PublishedArticleFactory(title="A & B")
    PublishedArticleFactory(published_at=timezone.now() - timedelta(hours=49))
    SponsoredArticleFactory()
    ScheduledArticleFactory()
    text = client.get("/news-sitemap.xml").content.decode()
    assert validators.news_sitemap(text) == [(settings.SITE_URL + new.get_absolute_url(), "A & B")]
    assert "<news:name>Finality</news:name>" in text
    assert new.published_at.isoformat(timespec="seconds") in text


def test_no_news_are_a_valid_sitemap_too(client):
    assert validators.news_sitemap(client.get("/news-sitemap.xml").content.decode()) == []
