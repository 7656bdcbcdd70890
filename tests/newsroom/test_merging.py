"""Merging: comments and corrections follow, old addresses lead on, and nothing happens by
halves.
"""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from articles.discovery import redirects
from articles.models import Correction
from comments.models import FeaturedComment, SiteComment
from comments.moderation import featured
from newsroom import story_merging

from ..factories import (
    DraftArticleFactory,
    PublishedArticleFactory,
    SectionFactory,
    SponsoredArticleFactory,
    comment_on,
    member_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    source = PublishedArticleFactory(title="The clause, again", slug="again")
    into = PublishedArticleFactory(
        title="The clause", slug="clause", section=SectionFactory(name="Markets")
    )
    parent = comment_on(source, comment="Said under the first.")
    comment_on(source, parent, comment="And answered there.")
    comment_on(into, comment="Said under the second.")
    Correction.objects.create(article=source, text="It was 61.")
    return source, into


def test_everything_follows_and_both_old_addresses_lead_on(client, pair):
    source, into = pair
    source.slug = "once-more"
    source.save()
    redirects.follow(source, "again")
    assert story_merging.merge(source, into, member_of("Chief editors")) == 2
    page = client.get(into.get_absolute_url()).content.decode()
    for words in (
        "Said under the first.",
        "And answered there.",
        "Said under the second.",
        "It was 61.",
    ):
        assert words in page
    assert "3 thoughts on" in page
    for old in ("/policy/again/", "/policy/once-more/"):
        answer = client.get(old)
        assert (answer.status_code, answer["Location"]) == (301, "/markets/clause/")
    source.refresh_from_db()
    assert (source.status, source.comment_count) == ("withdrawn", 0)
    assert source.status_changes.first().note == "Merged into “The clause”."
    assert source.title not in client.get("/").content.decode()


def test_what_cannot_be_merged_stays_as_it_was(pair):
    source, into = pair
    chief = member_of("Chief editors")
    for one, other, words in (
        (source, source, "into itself"),
        (source, DraftArticleFactory(), "must be out"),
        (DraftArticleFactory(), into, "must be out"),
        (source, SponsoredArticleFactory(), "Paid pieces"),
    ):
        with pytest.raises(ValidationError, match=words):
            story_merging.merge(one, other, chief)
    with pytest.raises(PermissionDenied):
        story_merging.merge(source, into, member_of("Editors"))
    source.refresh_from_db()
    assert (source.status, source.comment_count) == ("published", 2)


def test_the_desk_shows_what_will_happen_and_asks(client, pair):
    source, into = pair
    client.force_login(member_of("Chief editors"))
    address = f"/admin/articles/article/{source.pk}/merge/"
    assert (
        "No story has this address."
        in client.post(address, {"into": "https://x.example/none/"}).content.decode()
    )
    page = client.post(
        address, {"into": f"https://finality.example{into.get_absolute_url()}"}
    ).content.decode()
    assert "“The clause” stays" in page
    source.refresh_from_db()
    assert source.status == "published"
    data = {"into": into.get_absolute_url(), "confirmed": "1"}
    assert "with 2 comments" in client.post(address, data, follow=True).content.decode()


def test_the_desks_pick_comes_along_unless_there_is_one(pair):
    source, into = pair
    first = SiteComment.objects.get(comment="Said under the first.")
    featured.feature(first, None)
    story_merging.merge(source, into, member_of("Chief editors"))
    assert FeaturedComment.objects.get().article_id == into.pk
    second = SiteComment.objects.get(comment="Said under the second.")
    featured.feature(second, None)
    with pytest.raises(featured.NotShown):
        featured.feature(first, None)  # as it stood before
    first.refresh_from_db()
    featured.feature(first, None)
    assert FeaturedComment.objects.get().comment_id == first.pk
