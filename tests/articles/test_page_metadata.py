"""The metadata that search engines and cards read."""

import re

import pytest
from django.conf import settings

from newsroom.models import Publication

from ..factories import (
    AuthorFactory,
    CoinFactory,
    ImageFactory,
    PublishedArticleFactory,
    SponsoredArticleFactory,
    TagFactory,
)
from . import validators

pytestmark = pytest.mark.django_db


def read(client, address):
    page = client.get(address).content.decode()
    return page, validators.json_ld(page)


def meta(page, name):
    return re.findall(rf'<meta (?:property|name)="{name}" content="([^"]*)">', page)


def test_a_story_says_what_it_is(client):
    Publication.objects.create(
        name="Finality", contact_email="desk@finality.example", legal_owner="Finality Press"
    )
    story = PublishedArticleFactory(
        title="A </script><script>alert(1)</script> clause",
        hero=ImageFactory(alt="Two keys"),
        authors=[AuthorFactory()],
    )
    story.tags.add(TagFactory(name="Custody"))
    page, blocks = read(client, story.get_absolute_url())
    article = blocks["NewsArticle"]
    assert "alert(1)</script>" not in page
    assert article["headline"] == story.title
    assert article["author"][0]["url"] == settings.SITE_URL + story.authors.get().get_absolute_url()
    assert article["keywords"] == ["Custody"]
    assert article["publisher"]["legalName"] == "Finality Press"
    assert [step["name"] for step in blocks["BreadcrumbList"]["itemListElement"]] == [
        "Home",
        "Policy",
        story.title,
    ]
    assert meta(page, "og:type") == ["article"]
    assert meta(page, "og:image:alt") == ["Two keys"]
    assert meta(page, "og:image")[0].startswith(settings.SITE_URL)
    assert meta(page, "twitter:card") == ["summary_large_image"]
    assert f'<link rel="canonical" href="{settings.SITE_URL}{story.get_absolute_url()}">' in page


@pytest.mark.parametrize(
    ("kind", "label"), [("sponsored", "Sponsored"), ("press_release", "Press release")]
)
def test_a_paid_piece_says_who_paid(client, kind, label):
    paid = SponsoredArticleFactory(kind=kind, title="Two keys")
    page, blocks = read(client, paid.get_absolute_url())
    assert blocks["AdvertiserContentArticle"]["sponsor"]["name"] == "Palisade Custody"
    assert "NewsArticle" not in blocks
    assert meta(page, "og:title") == [f"{label}: Two keys"]


def test_lists_people_and_coins_have_their_own(client):
    author = AuthorFactory(name="Ada Quill", bio="Writes on quorums.")
    story = PublishedArticleFactory(authors=[author])
    tag = TagFactory(name="Custody")
    story.tags.add(tag)
    coin = CoinFactory()
    _, blocks = read(client, author.get_absolute_url())
    assert blocks["ProfilePage"]["mainEntity"] == {
        "@type": "Person",
        "name": "Ada Quill",
        "url": settings.SITE_URL + author.get_absolute_url(),
        "worksFor": blocks["ProfilePage"]["mainEntity"]["worksFor"],
        "jobTitle": "Policy editor",
        "description": "Writes on quorums.",
    }
    for row in (story.section, tag, coin, author):
        page, blocks = read(client, row.get_absolute_url())
        assert (
            blocks["BreadcrumbList"]["itemListElement"][-1]["item"]
            == settings.SITE_URL + row.get_absolute_url()
        )
        assert meta(page, "og:url") == [settings.SITE_URL + row.get_absolute_url()]
    assert read(client, "/")[1]["WebSite"]["publisher"]["@type"] == "NewsMediaOrganization"


def test_older_pages_of_a_list_are_pages_of_their_own(client):
    stories = PublishedArticleFactory.create_batch(22)
    page = client.get("/policy/").content.decode()
    older = re.search(r'href="(\?before=[^"]+)"', page)[1]
    second = client.get(f"/policy/{older}").content.decode()
    assert f'<link rel="canonical" href="{settings.SITE_URL}/policy/{older}">' in second
    assert len(stories) == 22
