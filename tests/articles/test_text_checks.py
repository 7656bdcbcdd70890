"""Links that lead nowhere and coins that nobody knows, told while a story is written."""

import pytest
from django.conf import settings
from django.utils import timezone

from articles.models import FormerSlug, Redirect
from articles.publishing import publish_checks, text_checks

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db


def link(address: str) -> str:
    return f'<p>See <a href="{address}">this</a>.</p>'


def problems(address: str) -> list[str]:
    return text_checks.problems(link(address))


@pytest.fixture
def story():
    return PublishedArticleFactory()


def test_what_leads_somewhere_is_fine(story):
    draft = DraftArticleFactory()
    FormerSlug.objects.create(article=story, slug="its-former-name")
    Redirect.objects.create(old_path="/old/page/", new_path="/about/")
    section = story.section.slug
    for address in (
        *(story.get_absolute_url(), f"{settings.SITE_URL}{story.get_absolute_url()}"),
        *(draft.get_absolute_url(), f"/{section}/its-former-name/", "/old/page/", f"/{section}/"),
        *(f"{story.get_absolute_url()}?x=1#c3", "#conclusion", "?page=2", "/", "/prices/"),
        *(TagFactory().get_absolute_url(), AuthorFactory().get_absolute_url()),
        *("https://elsewhere.example/policy/nowhere/", "mailto:desk@finality.example", ""),
        *("//elsewhere.example/x", "https://[::1]/"),
    ):
        assert problems(address) == [], address


@pytest.mark.parametrize(
    "address",
    [
        *("/policy/march-log/", "/no-such-section/", "/tag/nothing/", "/author/nobody/"),
        *("/policy/march-log", "/a/b/c/d/e/", "/policy/march-log/?x=1", "/%00/", "/policy/%ff/"),
        f"{settings.SITE_URL}/policy/march-log/",
    ],
)
def test_what_leads_nowhere_is_told(story, address):
    assert problems(address) == [f"The link to {address} leads nowhere."]


def test_a_story_in_the_trash_is_nowhere(story):
    gone = DraftArticleFactory(trashed_at=timezone.now())
    assert "leads nowhere" in problems(gone.get_absolute_url())[0]


@pytest.mark.parametrize("address", ["www.finality.example", "finality.example/x", "policy/x/"])
def test_a_scheme_that_is_missing_is_told(address):
    assert problems(address) == [f"The link to {address} has no https:// in front."]


def test_what_cannot_be_read_is_told():
    assert problems("https://[broken/") == ["The link to https://[broken/ cannot be read."]


def test_a_coin_that_nobody_knows_is_told_and_code_is_code():
    CoinFactory()
    html = "<p>[[BTC]] and [[XYZZY]]</p><pre><code>[[NOCOIN]]</code></pre>"
    assert text_checks.problems(html) == ["[[XYZZY]] is no coin here: readers see the letters."]


def test_it_stands_with_what_is_to_be_done(story):
    story.body += link("/policy/march-log/")
    told = [check.text for check in publish_checks.checks_for(story)]
    assert "The link to /policy/march-log/ leads nowhere." in told


def test_a_hundred_links_cost_what_one_does(story, django_assert_max_num_queries):
    html = "".join(link(f"/policy/story-{number}/") for number in range(100))
    with django_assert_max_num_queries(4):
        assert len(text_checks.problems(html)) == text_checks.MOST_NAMED
