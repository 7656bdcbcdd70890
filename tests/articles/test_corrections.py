"""Corrections: on the story, in the list, in the feed and in the markup, for good."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.utils import timezone

from articles.models import Correction
from articles.publishing import workflow

from ..factories import DraftArticleFactory, PublishedArticleFactory
from . import validators

pytestmark = pytest.mark.django_db


def correct(article, text="It was 61 million, not 16.", **kwargs):
    return Correction.objects.create(article=article, text=text, **kwargs)


def test_it_is_on_the_story_in_the_list_in_the_feeds_and_in_the_markup(client):
    story = PublishedArticleFactory(title="The clause")
    correction = correct(story)
    page = client.get(story.get_absolute_url()).content.decode()
    assert "It was 61 million, not 16." in page
    (said,) = validators.json_ld(page)["NewsArticle"]["correction"]
    assert said["text"] == "Correction: It was 61 million, not 16."
    assert said["@type"] == "CorrectionComment"
    listed = client.get("/corrections/").content.decode()
    assert "It was 61 million" in listed
    assert f'{story.get_absolute_url()}#corrections"' in listed
    for form, validate in (
        ("rss", validators.rss),
        ("atom", validators.atom),
        ("json", validators.json_feed),
    ):
        (entry,) = validate(client.get(f"/feeds/{form}/corrections/").content.decode())
        assert entry["title"] == "Correction: The clause"
        assert "61 million" in client.get(f"/feeds/{form}/").content.decode()
    assert correction.by is None


@pytest.mark.parametrize("kind", Correction.Kind.values)
def test_every_kind_is_called_by_its_name(client, kind):
    story = PublishedArticleFactory()
    label = correct(story, kind=kind).get_kind_display()
    assert f"<b>{label}</b>" in client.get(story.get_absolute_url()).content.decode()
    assert label in client.get("/corrections/").content.decode()


def test_a_retraction_stands_above_the_story(client):
    story = PublishedArticleFactory(body="<p>The first sentence.</p>")
    correct(story, "We should not have published this.", kind="retraction")
    page = client.get(story.get_absolute_url()).content.decode()
    assert page.index("We should not have published this.</p>") < page.index("The first sentence.")
    assert page.count('id="corrections"') == 1


def test_drafts_are_not_given_away_and_what_was_withdrawn_is_listed_without_a_link(client):
    correct(DraftArticleFactory(title="Not yet"), "Not yet either")
    story = PublishedArticleFactory(title="Taken back")
    correct(story, kind="retraction")
    workflow.withdraw(story, by=None)
    page = client.get("/corrections/").content.decode()
    assert "Not yet" not in page
    assert "Taken back" in page
    assert story.get_absolute_url() not in page
    assert "Not yet" not in client.get("/feeds/json/corrections/").content.decode()


def test_the_list_is_walked_by_key(client):
    story = PublishedArticleFactory()
    now = timezone.now()
    for number in range(25):
        correct(story, f"Number {number}.", at=now - timedelta(days=number))
    first = client.get("/corrections/")
    assert first.context["page"].items[0].text == "Number 0."
    second = client.get(f"/corrections/{first.context['page'].older}")
    assert [each.text for each in second.context["page"].items] == [
        f"Number {number}." for number in range(20, 25)
    ]
    assert client.get("/corrections/?before=1-1").status_code == 404


def test_a_story_with_corrections_cannot_be_deleted():
    story = PublishedArticleFactory()
    correct(story)
    with pytest.raises(ProtectedError):
        story.delete()


def test_a_correction_is_not_of_tomorrow():
    correction = Correction(
        article=PublishedArticleFactory(), text="It was 61.", at=timezone.now() + timedelta(days=1)
    )
    with pytest.raises(ValidationError, match="This time has not come yet"):
        correction.full_clean()
