"""Old addresses lead to where things are now, in one hop; what is gone says so."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from articles.discovery import redirects
from articles.models import Redirect
from articles.publishing import workflow
from newsroom.models import AboutPage
from ticker.models import FormerCoinSlug

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    ScheduledArticleFactory,
    SectionFactory,
    TagFactory,
    member_of,
)

pytestmark = pytest.mark.django_db


def rename(article, slug):
    old, article.slug = article.slug, slug
    article.full_clean()
    article.save()
    redirects.follow(article, old)


def test_a_renamed_story_is_found_under_every_name_it_had(client):
    story = PublishedArticleFactory(slug="first")
    rename(story, "second")
    rename(story, "third")
    for slug in ("first", "second"):
        answer = client.get(f"/policy/{slug}/")
        assert (answer.status_code, answer["Location"]) == (301, "/policy/third/")
    assert client.get("/policy/third/").status_code == 200
    rename(story, "first")
    assert client.get("/policy/first/").status_code == 200
    assert client.get("/policy/third/")["Location"] == "/policy/first/"


def test_a_story_in_another_section_is_one_hop_away_even_when_it_was_renamed(client):
    story = PublishedArticleFactory(slug="first")
    rename(story, "second")
    story.section = SectionFactory(name="Markets")
    story.save()
    for old in ("/policy/first/", "/policy/second/", "/markets/first/"):
        assert client.get(old)["Location"] == "/markets/second/"


def test_a_draft_leaves_no_name_behind(client):
    for story in (DraftArticleFactory(slug="quiet"), ScheduledArticleFactory(slug="quiet-too")):
        old = story.slug
        rename(story, f"{old}-now")
        assert client.get(f"/policy/{old}/").status_code == 404


def test_no_story_takes_a_name_that_another_was_out_under():
    story = PublishedArticleFactory(slug="first", title="The first")
    rename(story, "second")
    with pytest.raises(ValidationError) as refused:
        DraftArticleFactory(slug="first").full_clean()
    assert refused.value.message_dict == {
        "slug": ["“The first” was out under this address. Choose another."]
    }


def test_what_is_withdrawn_or_expired_is_gone_and_not_merely_missing(client):
    withdrawn, expired = (
        PublishedArticleFactory(),
        PublishedArticleFactory(expires_at=timezone.now()),
    )
    address = withdrawn.get_absolute_url()
    workflow.withdraw(withdrawn, by=None)
    for gone in (address, expired.get_absolute_url()):
        answer = client.get(gone)
        assert answer.status_code == 410
        assert "taken it down" in answer.content.decode()


def test_expired_is_gone_everywhere_at_its_minute(client, noon):
    story = PublishedArticleFactory(
        title="Only today", expires_at=timezone.now() + timedelta(hours=1)
    )
    surfaces = (
        "/",
        "/policy/",
        "/feeds/rss/",
        "/search/?q=today",
        "/sitemap-stories-0.xml",
        "/news-sitemap.xml",
    )
    seen = [story.slug.encode() in client.get(address).content for address in surfaces]
    assert seen == [True] * len(surfaces)
    noon.shift(3600)
    assert client.get(story.get_absolute_url()).status_code == 410
    assert [story.slug.encode() in client.get(address).content for address in surfaces] == [
        False
    ] * len(surfaces)
    workflow.carry_out_schedule.call()
    story.refresh_from_db()
    assert story.status == "withdrawn"
    assert story.status_changes.first().note == "Its time was over."


def test_pages_that_moved_lead_on_in_one_hop(client):
    redirects.move("/old/", "/newer/")
    redirects.move("/newer/", "/newest/")
    assert client.get("/old/")["Location"] == "/newest/"
    assert client.get("/newer/")["Location"] == "/newest/"
    redirects.move("/newest/", "/old/")
    assert client.get("/newest/")["Location"] == "/old/"
    assert not Redirect.objects.filter(old_path="/old/").exists()


def test_an_address_of_an_old_site_leads_on_or_says_that_it_is_gone(client):
    Redirect.objects.create(old_path="/2019/06/a-story/", new_path="/policy/")
    Redirect.objects.create(old_path="/2019/07/gone.html")
    answer = client.get("/2019/06/a-story/")
    assert (answer.status_code, answer["Location"]) == (301, "/policy/")
    assert client.get("/2019/07/gone.html").status_code == 410


@pytest.mark.parametrize(
    "path", ["//evil.example/", "https://evil.example/", "policy/", "/a/?b=1", "/a/#b", "/\\evil"]
)
def test_only_paths_of_our_own_are_taken(path):
    with pytest.raises(ValidationError):
        Redirect(old_path="/old/", new_path=path).full_clean()


def test_a_loop_is_refused():
    Redirect.objects.create(old_path="/b/", new_path="/c/")
    Redirect.objects.create(old_path="/c/", new_path="/d/")
    with pytest.raises(ValidationError) as refused:
        Redirect(old_path="/d/", new_path="/b/").full_clean()
    assert refused.value.message_dict == {
        "new_path": ["This leads back to where it began. Choose another address."]
    }
    with pytest.raises(ValidationError):
        Redirect(old_path="/e/", new_path="/e/").full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["section", "tag", "author"])
def test_a_subject_that_is_renamed_takes_its_feeds_and_filters_along(client, kind):
    make = {"section": SectionFactory, "tag": TagFactory, "author": AuthorFactory}[kind]
    subject = make(slug="old-name")
    client.force_login(member_of("Chief editors"))
    change_slug(client, subject, "new-name")
    for form in ("rss", "atom", "json"):
        answer = client.get(f"/feeds/{form}/{kind}/old-name/")
        assert (answer.status_code, answer["Location"]) == (301, f"/feeds/{form}/{kind}/new-name/")
        assert client.get(answer["Location"]).status_code == 200
    assert client.get(f"/feeds/rss/{kind}/never-was/").status_code == 404
    if kind != "tag":
        page = client.get("/search/", {"q": "a", kind: "old-name"})
        assert page.context["chosen"][kind] == subject
    change_slug(client, subject, "old-name")
    assert client.get(f"/feeds/rss/{kind}/old-name/").status_code == 200
    assert client.get(f"/feeds/rss/{kind}/new-name/")["Location"].endswith("/old-name/")


@pytest.mark.django_db
def test_a_coin_that_is_renamed_takes_its_feed_along(client):
    coin = CoinFactory(symbol="NEWC", slug="new-coin", coingecko_id="new-coin")
    FormerCoinSlug.objects.create(slug="old-coin", coin=coin)
    answer = client.get("/feeds/rss/coin/old-coin/")
    assert answer["Location"] == "/feeds/rss/coin/new-coin/"


@pytest.mark.django_db
def test_a_page_about_the_publication_that_is_renamed_leads_on(client):
    page = AboutPage.objects.create(title="Ethics", slug="ethics", body="<p>Words.</p>")
    before = page.get_absolute_url()
    client.force_login(member_of("Chief editors"))
    change_slug(client, page, "principles")
    assert client.get(before)["Location"] == before.replace("ethics", "principles")


def change_slug(client, row, slug):
    """By the desk’s form, as a person does."""
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data |= {"slug": slug, "held-TOTAL_FORMS": 0, "held-INITIAL_FORMS": 0}
    answer = client.post(address, data)
    assert answer.status_code == 302, answer.context["errors"]
