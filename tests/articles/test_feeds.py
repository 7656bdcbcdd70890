"""Feeds: valid, whole, labelled, and silent about what is not out."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import ArticleCoin
from newsroom.models import Publication

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    ScheduledArticleFactory,
    SectionFactory,
    SponsoredArticleFactory,
    TagFactory,
)
from . import validators

pytestmark = pytest.mark.django_db
VALIDATORS = {"rss": validators.rss, "atom": validators.atom, "json": validators.json_feed}
TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
SUBJECTS = ("", "section/policy/", "author/ada/", "tag/custody/", "coin/bitcoin/")


@pytest.fixture
def story():
    Publication.objects.create(name="Finality & sons", tagline="The <best> kept book.")
    author = AuthorFactory(slug="ada", name="Ada Quill")
    story = PublishedArticleFactory(
        title="Banks & “clauses” <again>",
        section=SectionFactory(name="Policy"),
        authors=[author],
        body='<p>See <a href="/policy/other/">ours</a>, <a href="https://elsewhere.example/">theirs</a>, [[BTC]].</p>',
    )
    story.tags.add(TagFactory(slug="custody", name="Custody"))
    ArticleCoin.objects.create(article=story, coin=CoinFactory())
    PublishedArticleFactory(
        section=SectionFactory(name="Markets"), published_at=timezone.now() - timedelta(days=3)
    )
    return story


@pytest.mark.parametrize("form", VALIDATORS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_feed_is_valid_and_has_the_story(client, story, form, subject):
    answer = client.get(f"/feeds/{form}/{subject}")
    assert answer["Content-Type"] == f"{TYPES[form]}; charset=utf-8"
    entries = VALIDATORS[form](answer.content.decode())
    assert len(entries) == (1 if subject else 2)
    assert entries[0]["title"] == "Banks & “clauses” <again>"
    html = entries[0]["content_html"] if form == "json" else entries[0]["content"][0]["value"]
    assert f'href="{settings.SITE_URL}/policy/other/"' in html
    assert "elsewhere.example" in html
    assert "BTC." in html
    assert "[[" not in html


@pytest.mark.parametrize("form", VALIDATORS)
def test_a_feed_of_nothing_is_valid(client, form):
    TagFactory(slug="custody")
    for address in (f"/feeds/{form}/", f"/feeds/{form}/tag/custody/"):
        assert VALIDATORS[form](client.get(address).content.decode()) == []


@pytest.mark.parametrize("form", VALIDATORS)
def test_what_is_not_out_is_in_no_feed(client, form):
    section = SectionFactory(name="Policy")
    DraftArticleFactory(title="Not yet", section=section)
    ScheduledArticleFactory(title="Not yet", section=section)
    for subject in ("", "section/policy/"):
        assert b"Not yet" not in client.get(f"/feeds/{form}/{subject}").content


@pytest.mark.parametrize("form", VALIDATORS)
def test_paid_pieces_carry_their_label_payer_and_link_relation(client, form):
    paid = SponsoredArticleFactory(
        title="Two keys", body='<p><a href="https://palisade.example/">here</a></p>'
    )
    SponsoredArticleFactory(title="News of ours", kind="press_release", section=paid.section)
    entries = VALIDATORS[form](client.get(f"/feeds/{form}/").content.decode())
    assert {entry["title"] for entry in entries} == {
        "Sponsored: Two keys",
        "Press release: News of ours",
    }
    (keys,) = (entry for entry in entries if "Two keys" in entry["title"])
    text = client.get(f"/feeds/{form}/").content.decode()
    assert "Paid for by Palisade Custody" in text
    assert "Palisade Custody paid $1,800." in text
    assert keys["summary"].startswith("Sponsored: ")
    assert "sponsored nofollow noopener" in text


def test_the_same_stories_are_the_same_bytes_and_are_not_sent_twice(client, story, noon):
    first = client.get("/feeds/atom/")
    noon.shift(60)
    again = client.get("/feeds/atom/")
    assert again.content == first.content
    known = client.get("/feeds/atom/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (known.status_code, known.content) == (304, b"")


def test_a_feed_takes_the_same_queries_for_thirty_stories_as_for_two(client, story):
    def count() -> int:
        client.get("/feeds/json/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/feeds/json/")
        return len(queries)

    few = count()
    for _ in range(28):
        PublishedArticleFactory().tags.add(TagFactory())
    assert count() == few
    assert few <= 5


@pytest.mark.parametrize(
    "address",
    [
        *(
            "/feeds/xml/",
            "/feeds/rss/nothing/a/",
            "/feeds/rss/section/none/",
            "/feeds/rss/coin/none/",
            "/feeds/rss/tag/",
        ),
    ],
)
def test_what_has_no_feed_is_not_there(client, address):
    assert client.get(address).status_code == 404


def test_pages_name_their_feeds(client, story):
    page = client.get("/policy/").content.decode()
    assert 'type="application/feed+json" title="Policy | Finality &amp; sons, JSON Feed"' in page
    assert 'href="/feeds/atom/section/policy/"' in page
    assert 'href="/feeds/rss/"' in client.get("/about/").content.decode()
    listed = client.get("/feeds/").content.decode()
    assert "/feeds/json/section/markets/" in listed
