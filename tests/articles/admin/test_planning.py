"""Work that is ahead: assignees, notes, templates, copies, the trash."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Note
from articles.publishing import autosaves, duplicating, notes, revisions, trash, workflow

from ...factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    TagFactory,
    member_of,
)
from .conftest import address

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"


def restore(client, story):
    return client.post(address(story, "take_out"), follow=True).content.decode()


# --- The trash -----------------------------------------------------------------------------------


def test_a_draft_goes_to_the_trash_with_what_was_typed_and_comes_back(client, editor, draft, save):
    page = save(draft, title="Typed last", _trash="1")
    assert "“Typed last” is in the trash" in page
    draft.refresh_from_db()
    assert draft.trashed_at
    assert (
        "Typed last"
        not in client.get(LIST).content.decode().split("messagelist")[-1].split("</ul>", 1)[1]
    )
    assert "Typed last" in client.get(f"{LIST}?when=trash").content.decode()
    shown = client.get(address(draft)).content.decode()
    assert "In the trash since" in shown
    assert 'name="_continue"' not in shown
    assert "is a draft again" in restore(client, draft)
    draft.refresh_from_db()
    assert (draft.trashed_at, draft.title) == (None, "Typed last")


def test_nothing_in_the_trash_changes_by_any_way_in(client, editor, draft, save):
    trash.put_in(draft)
    save(draft, title="Changed")
    client.post(address(draft, "status"), {"to": "publish"})
    client.post(address(draft, "status"), {"to": "review"})
    client.post(address(draft, "autosave"), {"autosave_key": "0" * 32, "title": "X"})
    chosen = {"action": "publish_chosen", "_selected_action": [draft.pk], "confirmed": "1"}
    client.post(f"{LIST}?when=trash", chosen)
    draft.refresh_from_db()
    assert (draft.title, draft.status) == ("The clause", "draft")
    assert not autosaves.unsaved(editor, draft)
    with pytest.raises(ValidationError):
        workflow.publish(draft, editor)
    with pytest.raises(ValidationError):
        workflow.submit(draft, editor)


@pytest.mark.parametrize("factory", [PublishedArticleFactory, DraftArticleFactory])
def test_only_drafts_that_were_never_out_go_there(client, editor, factory):
    story = factory(status="in_review") if factory is DraftArticleFactory else factory()
    with pytest.raises(ValidationError, match="not a draft"):
        trash.put_in(story)
    with pytest.raises(IntegrityError):
        Article.objects.filter(pk=story.pk).update(trashed_at=timezone.now())


def test_many_go_at_once_after_a_question(client, editor, draft):
    out = PublishedArticleFactory()
    chosen = {"action": "trash_chosen", "_selected_action": [draft.pk, out.pk]}
    assert "Move these drafts to the trash?" in client.post(LIST, chosen).content.decode()
    assert not Article.objects.filter(trashed_at__isnull=False).exists()
    page = client.post(LIST, chosen | {"confirmed": "1"}, follow=True).content.decode()
    assert "1 story is in the trash" in page
    assert f"“{out.title}” is not a draft".replace("'", "&#x27;") in page


def test_after_thirty_days_it_is_deleted(draft):
    kept = DraftArticleFactory()
    trash.put_in(draft)
    trash.put_in(kept)
    long_ago = timezone.now() - trash.KEPT_FOR - timedelta(minutes=1)
    Article.objects.filter(pk=draft.pk).update(trashed_at=long_ago)
    assert trash.empty.call() == 1
    assert list(Article.objects.all()) == [kept]


# --- Templates and copies ---------------------------------------------------------------------


def test_a_copy_says_the_same_and_has_an_address_of_its_own(editor):
    story = PublishedArticleFactory(authors=[AuthorFactory(), AuthorFactory()])
    story.tags.add(TagFactory())
    story.article_coins.create(coin=CoinFactory())
    first, second = duplicating.duplicate(story, editor), duplicating.duplicate(story, editor)
    assert first.title == f"Copy of {story.title}"
    assert len({story.slug, first.slug, second.slug}) == 3
    assert (first.status, first.published_at, first.comment_count) == ("draft", None, 0)
    before, after = (revisions.content_of(each) for each in (story, first))
    same = ("standfirst", "body", "section", "hero", "bylines", "tags", "coins", "kind")
    assert {name: before[name] for name in same} == {name: after[name] for name in same}
    assert first.revision == 1


def test_copies_of_a_long_address_end_nowhere(editor):
    story = DraftArticleFactory(slug="a" * 120, title="T" * 140)
    assert len({duplicating.duplicate(story, editor).slug for _ in range(3)}) == 3


def test_duplicating_saves_first(client, editor, draft, save):
    page = save(draft, title="Typed last", _duplicate="1")
    assert "This is a copy of “Typed last”" in page
    assert sorted(Article.objects.values_list("title", flat=True)) == [
        "Copy of Typed last",
        "Typed last",
    ]


def test_a_template_is_offered_and_never_published(client, editor, draft):
    Article.objects.filter(pk=draft.pk).update(is_template=True, title="Fault report")
    page = client.get(f"{LIST}add/").content.decode()
    assert "Fault report" in page
    page = client.post(address(draft, "begin"), follow=True).content.decode()
    assert "This is a copy of “Fault report”" in page
    begun = Article.objects.exclude(pk=draft.pk).get()
    assert (begun.title, begun.is_template) == ("Fault report", False)
    draft.refresh_from_db()
    with pytest.raises(ValidationError, match="template"):
        workflow.publish(draft, editor)
    with pytest.raises(IntegrityError):
        Article.objects.filter(pk=draft.pk).update(status="published", published_at=timezone.now())


# --- Notes and assignees --------------------------------------------------------------------------


def test_a_note_is_saved_with_the_story_and_mailed_to_whom_it_concerns(
    client, editor, draft, save, committed
):
    writer, sub = (member_of("Authors", email=f"{name}@finality.example") for name in ("w", "s"))
    named = member_of("Editors", username="tomas", email="tomas@finality.example")
    stranger = member_of("Editors", email="x@finality.example")
    draft.bylines.create(author=AuthorFactory(user=writer), position=1)
    Article.objects.filter(pk=draft.pk).update(assignee=sub)
    with committed():
        page = save(
            draft, assignee=sub.pk, new_note="Line 9 is wrong, @tomas.", body="<p>New words.</p>"
        )
    assert "Line 9 is wrong" in page
    draft.refresh_from_db()
    assert "New words" in draft.body
    assert sorted(each.to[0] for each in mail.outbox) == sorted(
        [writer.email, sub.email, named.email]
    )
    assert stranger.email not in {each.to[0] for each in mail.outbox}
    assert "Line 9 is wrong" in mail.outbox[0].body
    assert address(draft) in mail.outbox[0].body


def test_a_note_that_is_too_long_loses_nothing(client, editor, draft, save):
    page = save(draft, new_note="x" * (notes.LONGEST + 1), title="Typed")
    assert "Typed</textarea>" in page
    assert "x" * notes.LONGEST in page
    assert not Note.objects.exists()


def test_notes_are_nothing_for_readers(client, editor):
    story = PublishedArticleFactory()
    notes.add(story, editor, "Between us")
    client.logout()
    assert "Between us" not in client.get(story.get_absolute_url()).content.decode()


def test_whom_a_story_is_assigned_to_is_told_once(client, editor, draft, save, committed):
    person = member_of("Authors", email="lena@finality.example", first_name="Lena")
    with committed():
        save(draft, assignee=person.pk, planned_for="2026-12-03")
    assert [each.subject for each in mail.outbox] == ["Assigned to you: The clause"]
    assert "Thursday, 3 December 2026" in mail.outbox[0].body
    draft.refresh_from_db()
    with committed():
        save(draft, assignee=person.pk, planned_for="2026-12-03")
    assert len(mail.outbox) == 1
    client.force_login(person)
    found = client.get(f"{LIST}?mine=assigned").content.decode()
    assert "The clause" in found.split("result_list")[1]


# --- Beside the story ---------------------------------------------------------------------------


def test_picked_stories_stand_first_and_only_while_they_are_out(client, editor, draft, save):
    picked = PublishedArticleFactory(
        title="Picked by hand", published_at=timezone.now() - timedelta(90)
    )
    story = PublishedArticleFactory(section=draft.section)
    for _ in range(4):
        PublishedArticleFactory(section=draft.section)
    page = client.get(story.get_absolute_url()).content.decode()
    assert "Picked by hand" not in page
    rows = {"related_picks-TOTAL_FORMS": 1, "related_picks-INITIAL_FORMS": 0}
    byline = AuthorFactory()
    story.bylines.create(author=byline)
    revisions.keep(story, None)
    story.refresh_from_db()
    save(story, **rows, **{"related_picks-0-related": picked.pk, "related_picks-0-position": 0})
    page = client.get(story.get_absolute_url()).content.decode()
    assert "Picked by hand" in page
    workflow.withdraw(picked, editor)
    assert "Picked by hand" not in client.get(story.get_absolute_url()).content.decode()
    workflow.publish(picked, editor)
    assert "Picked by hand" in client.get(story.get_absolute_url()).content.decode()


def test_titles_for_search_and_for_sharing_are_their_own(client):
    story = PublishedArticleFactory(
        search_title="How banks pay", search_description="In short.", social_title="Pay up"
    )
    page = client.get(story.get_absolute_url()).content.decode()
    assert "<title>How banks pay | " in page
    assert 'name="description" content="In short."' in page
    assert 'property="og:title" content="Pay up"' in page
    assert 'property="og:description" content="In short."' in page
    assert f"<h1>{story.title}</h1>" in " ".join(page.split()) or story.title in page


def test_a_version_of_an_earlier_release_leaves_what_it_does_not_know(editor, draft):
    first = draft.revisions.get()
    content = first.content
    for name in ("search_title", "related", "social_picture"):
        content.pop(name, None)
    type(first).objects.filter(pk=first.pk).update(content=content)
    draft.search_title = "Kept"
    draft.save()
    revisions.restore(draft.revisions.get(), editor)
    draft.refresh_from_db()
    assert draft.search_title == "Kept"


def test_a_form_from_before_an_upgrade_is_saved(client, editor, draft, save):
    page = save(draft, title="Old form")
    assert "was changed successfully" in page
    assert reverse("admin:articles_article_change", args=[draft.pk])


def test_the_form_shows_how_the_story_is_shared(client, editor, draft):
    page = client.get(address(draft)).content.decode()
    shown = page.split("data-as-shared")[1].split("</div>")[0]
    assert f"<b>{draft.title}</b>" in shown
    Article.objects.filter(pk=draft.pk).update(social_title="Pay <up>", search_title="Not this")
    shown = client.get(address(draft)).content.decode().split("data-as-shared")[1]
    assert "<b>Pay &lt;up&gt;</b>" in shown


def test_an_update_that_is_scheduled_keeps_what_stands_beside_it(client, editor, save, committed):
    person = member_of("Authors", email="lena@finality.example")
    story = PublishedArticleFactory(authors=[AuthorFactory()], body="<p>As it was.</p>")
    revisions.keep(story, None)
    with committed():
        save(
            story, _later="1", goes_live_at="2099-01-01T10:00", body="<p>As it will be.</p>",
            new_note="Hold it till then.", assignee=person.pk, front_place="2",
        )  # fmt: skip
    story.refresh_from_db()
    assert story.body == "<p>As it was.</p>"
    assert [note.text for note in story.notes.all()] == ["Hold it till then."]
    assert (story.assignee, story.front_pick.position) == (person, 2)
    assert len(mail.outbox) == 2  # the story was assigned, and has a note
