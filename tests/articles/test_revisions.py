"""Versions: nothing that was saved is lost, what changed can be read, and what is to come comes
once.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from articles.models import ArticleCoin, Byline, Revision
from articles.publishing import revisions, word_diff, workflow
from articles.publishing.word_diff import Kind
from newsroom.operations import health

from ..comments.test_races import at_once
from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    SectionFactory,
    TagFactory,
    UserFactory,
    member_of,
)


def marked(parts):
    signs = {Kind.SAME: "{}", Kind.GONE: "[-{}-]", Kind.NEW: "[+{}+]"}
    return "".join(signs[part.kind].format(part.text) for part in parts)


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("The clause is short.", "The clause is long.", ["The clause is [-short-][+long+]."]),
        ("One.\nTwo.", "One.\nTwo.\nThree.", ["One.", "Two.", "[+Three.+]"]),
        ("One.\nTwo.", "Two.", ["[-One.-]", "Two."]),
        ("", "New", ["[+New+]"]),
        ("Same", "Same", ["Same"]),
        ("$1,200 paid", "$1,300 paid", ["$1,[-200-][+300+] paid"]),
    ],
)
def test_a_difference_is_read_word_by_word(old, new, seen):
    assert [marked(line) for line in word_diff.compare(old, new)] == seen


def test_very_long_paragraphs_are_compared_in_no_time():
    old, new = ("a b c " * 5000, "c b a " * 5000)
    assert [part.kind for part in word_diff.words(old, new)][:2] == [Kind.GONE, Kind.NEW]


@pytest.fixture
def story():
    """A published story with everything in it that a version holds, and its first version."""
    story = PublishedArticleFactory(
        title="The clause", body="<p>It is short.</p>", authors=[AuthorFactory(name="Ada")]
    )
    story.tags.add(TagFactory(name="Custody"))
    ArticleCoin.objects.create(article=story, coin=CoinFactory(), price_at_publication=100)
    revisions.keep(story, None)
    return story


def change(story):
    story.title, story.body, story.section = (
        "The paragraph",
        "<p>It is long.</p>",
        SectionFactory(name="Markets"),
    )
    story.save()
    story.tags.set([TagFactory(name="Banks")])
    story.bylines.all().delete()
    Byline.objects.create(article=story, author=AuthorFactory(name="Bo"))
    return revisions.keep(story, None)


@pytest.mark.django_db
def test_what_changed_is_said_field_by_field(story):
    first = story.revisions.get()
    second = change(story)
    said = {
        each.label: " ".join(map(marked, each.lines))
        for each in revisions.differences(first.content, second.content)
    }
    assert said == {
        "Headline": "The [-clause-][+paragraph+]",
        "Text": "It is [-short-][+long+].",
        "Section": "[-Policy-][+Markets+]",
        "Bylines": "[-Ada-][+Bo+]",
        "Tags": "[-Custody-][+Banks+]",
    }


@pytest.mark.django_db
def test_a_change_of_markup_alone_is_said_too():
    (difference,) = revisions.differences(
        {"body": "<p>a</p>"}, {"body": "<p><strong>a</strong></p>"}
    )
    assert "headings, links, pictures or emphasis changed" in difference.lines[0][0].text


@pytest.mark.django_db
def test_restoring_brings_everything_back_and_is_a_version_itself(story):
    first = story.revisions.get()
    change(story)
    restored = revisions.restore(first, member_of("Editors"))
    story.refresh_from_db()
    assert (story.title, story.body, story.section.name) == (
        "The clause",
        "<p>It is short.</p>",
        "Policy",
    )
    assert [tag.name for tag in story.tags.all()] == ["Custody"]
    assert story.byline == "Ada"
    assert story.article_coins.get().price_at_publication == 100
    assert (restored.number, restored.origin, story.revision) == (3, "restored", 3)
    assert revisions.differences(first.content, restored.content) == []


@pytest.mark.django_db
def test_what_is_gone_since_is_left_out(story):
    first = story.revisions.get()
    change(story)
    story.tags.all().delete()
    TagFactory._meta.model.objects.filter(name="Custody").delete()
    revisions.restore(first, member_of("Editors"))
    assert story.tags.count() == 0


@pytest.mark.django_db
def test_who_may_restore(story):
    first = story.revisions.get()
    for user in (UserFactory(), member_of("Authors"), member_of("Moderators")):
        with pytest.raises(PermissionDenied):
            revisions.restore(first, user)
    draft = DraftArticleFactory()
    assert revisions.restore(revisions.keep(draft, None), member_of("Authors")).number == 2


@pytest.mark.django_db(transaction=True)
def test_versions_saved_at_once_have_a_number_each():
    story = PublishedArticleFactory()
    at_once(6, lambda _: revisions.keep(story, None))
    assert sorted(story.revisions.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


# --- To come -----------------------------------------------------------------------------


def to_come(story, by, hours=1, **changes):
    content = revisions.content_of(story) | changes
    return workflow.revise_at(story, content, timezone.now() + timedelta(hours=hours), by)


@pytest.mark.django_db
def test_a_version_to_come_is_not_seen_before_its_time_and_is_after(client, noon, story):
    to_come(story, member_of("Editors"), title="The paragraph", body="<p>It is long.</p>")
    address = story.get_absolute_url()
    workflow.carry_out_schedule.call()
    assert "It is short." in client.get(address).content.decode()
    noon.shift(3600)
    assert workflow.has_due()
    workflow.carry_out_schedule.call()
    page = client.get(address).content.decode()
    assert "It is long." in page
    assert "The paragraph" in client.get("/policy/").content.decode()
    assert not workflow.has_due()
    assert workflow.publish_due_revisions() == 0


@pytest.mark.django_db(transaction=True)
def test_many_workers_put_it_out_once(story):
    revision = to_come(story, member_of("Editors"), title="The paragraph")
    Revision.objects.filter(pk=revision.pk).update(goes_live_at=timezone.now())
    done = at_once(4, lambda _: workflow.publish_due_revisions())
    assert sum(done) == 1
    assert story.status_changes.filter(note__contains="came out").count() == 1


@pytest.mark.django_db
def test_one_version_is_to_come_and_it_can_be_called_off(noon, story):
    editor = member_of("Editors")
    first = to_come(story, editor, title="One")
    to_come(story, editor, title="Two")
    first.refresh_from_db()
    assert first.origin == "replaced"
    assert workflow.call_off_revision(story, editor)
    assert not workflow.call_off_revision(story, editor)
    noon.shift(7200)
    workflow.carry_out_schedule.call()
    story.refresh_from_db()
    assert story.title == "The clause"


@pytest.mark.django_db
def test_who_and_what_may_have_one(story):
    with pytest.raises(PermissionDenied):
        to_come(story, member_of("Authors"))
    with pytest.raises(ValidationError, match="That time is past"):
        to_come(story, member_of("Editors"), hours=-1)
    with pytest.raises(ValidationError, match="Only a story that is published"):
        to_come(DraftArticleFactory(), member_of("Editors"))


@pytest.mark.django_db
def test_one_that_became_wrong_waits_for_a_person(noon, story):
    to_come(story, member_of("Editors"), slug="taken")
    PublishedArticleFactory(slug="taken")
    noon.shift(3600)
    workflow.carry_out_schedule.call()
    story.refresh_from_db()
    assert story.slug != "taken"
    assert "could not come out" in story.status_changes.first().note


@pytest.mark.django_db
def test_a_missed_schedule_is_said_aloud(noon, story):
    to_come(story, member_of("Editors"), title="The paragraph")
    PublishedArticleFactory(title="Only today", expires_at=timezone.now() + timedelta(hours=1))
    noon.shift(3600 + 60)
    assert health.missed(timezone.now()) == []
    noon.shift(120)
    said = health.missed(timezone.now())
    assert said[0] == "A new version of “The clause” was due on 22 November at 13:00 UTC."
    assert said[1].startswith("“Only today” was to be taken down on 22 November at 13:00 UTC")
