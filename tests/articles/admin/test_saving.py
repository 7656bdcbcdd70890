"""Saving on the desk: every save is a version, the second of two savers is told, and a name that
was out goes on.
"""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, Correction, Revision
from articles.publishing import revisions, workflow

from ...comments.test_races import at_once
from ...factories import (
    AuthorFactory,
    ImageFactory,
    PublishedArticleFactory,
    SectionFactory,
    TagFactory,
    member_of,
)
from ...pages import squeezed
from .conftest import address, form_of

pytestmark = pytest.mark.django_db


def test_every_save_is_a_version_with_its_name(editor, draft, save):
    save(draft, title="The paragraph")
    save(Article.objects.get(), standfirst="Rewritten.")
    versions = list(draft.revisions.values_list("number", "by__username", "content__title"))
    assert versions == [
        (3, "maren", "The paragraph"),
        (2, "maren", "The paragraph"),
        (1, None, "The clause"),
    ]


def test_the_second_saver_is_told_who_changed_what_and_loses_nothing(editor, draft, save):
    opened = form_of(draft)
    other = Client()
    other.force_login(member_of("Editors", username="bo"))
    other.post(address(draft), form_of(draft, body="<p>It is very short.</p>"))
    page = save(draft, **opened | {"body": "<p>It is long.</p>", "seen_revision": 1})
    assert "bo saved version 2 at" in page
    assert "Two people changed the same" in page
    assert "It is <ins>very </ins>short." in page
    assert "It is <del>short</del><ins>long</ins>." in page
    assert "&lt;p&gt;It is long.&lt;/p&gt;" in page  # still in the form
    draft.refresh_from_db()
    assert draft.body == "<p>It is very short.</p>"
    save(draft, **opened | {"body": "<p>It is long.</p>", "seen_revision": 1, "_over": "2"})
    draft.refresh_from_db()
    assert draft.body == "<p>It is long.</p>"
    assert draft.revisions.get(number=2).content["body"] == "<p>It is very short.</p>"


def test_saving_over_a_version_that_is_not_the_newest_is_a_conflict_again(editor, draft, save):
    opened = form_of(draft)
    for title in ("One", "Two"):
        save(Article.objects.get(), title=title)
    assert "Two people changed the same" in save(draft, **opened | {"title": "Mine", "_over": "2"})


def test_an_unchanged_form_meets_no_conflict(editor, draft, save):
    save(draft, title="One")
    save(Article.objects.get(), title="Two")
    assert Article.objects.get().title == "Two"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told():
    from ...factories import AuthorFactory, DraftArticleFactory

    draft = DraftArticleFactory(authors=[AuthorFactory()])
    revisions.keep(draft, None)
    clients = []
    for name in ("ada", "bo"):
        client = Client()
        client.force_login(member_of("Editors", username=name))
        clients.append(client)
    pages = at_once(
        2,
        lambda n: (
            clients[n]
            .post(address(draft), form_of(draft, title=f"By {n}"), follow=True)
            .content.decode()
        ),
    )
    assert sorted("Two people changed the same" in page for page in pages) == [False, True]
    assert sorted(draft.revisions.values_list("number", flat=True)) == [1, 2]


def test_a_renamed_story_is_still_found_and_so_is_a_moved_one(client, editor, save):
    story = PublishedArticleFactory(slug="first")
    save(story, slug="second", section=SectionFactory(name="Markets").pk)
    assert client.get("/policy/first/")["Location"] == "/markets/second/"


def test_a_renamed_section_tag_and_author_lead_on(client):
    client.force_login(member_of("Chief editors"))
    story = PublishedArticleFactory(slug="first")
    section = story.section
    data = {"name": "Rules", "slug": "rules", "position": 100, "standfirst": ""}
    assert client.post(f"/admin/articles/section/{section.pk}/change/", data).status_code == 302
    assert client.get("/policy/")["Location"] == "/rules/"
    assert client.get("/policy/first/")["Location"] == "/rules/first/"


def test_a_correction_is_signed(client, editor, save):
    story = PublishedArticleFactory()
    inline = {
        "corrections-TOTAL_FORMS": 1,
        "corrections-0-kind": "correction",
        "corrections-0-text": "It was 61.",
    }
    now = timezone.now()
    save(
        story,
        **inline,
        **{"corrections-0-at": f"{now:%Y-%m-%dT%H:%M}"},
    )
    assert Correction.objects.get().by == editor
    assert "It was 61." in client.get(story.get_absolute_url()).content.decode()


# --- Later -------------------------------------------------------------------------------


def later(hours=1):
    return (timezone.now() + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def test_a_version_to_come_leaves_the_story_as_it_is(client, editor, save):
    story = PublishedArticleFactory(title="The clause")
    page = save(story, title="The paragraph", slug="paragraph", _later="1", goes_live_at=later())
    assert "This update is scheduled for" in page
    assert "See what changes" in squeezed(page)
    story.refresh_from_db()
    assert story.title == "The clause"
    assert "The clause" in client.get(story.get_absolute_url()).content.decode()
    Revision.objects.filter(origin="scheduled").update(goes_live_at=timezone.now())
    workflow.carry_out_schedule.call()
    assert "The paragraph" in client.get("/policy/paragraph/").content.decode()
    assert client.get(story.get_absolute_url())["Location"] == "/policy/paragraph/"


@pytest.mark.parametrize(
    ("moment", "words"),
    [("", "Say when"), ("tomorrow", "Say when"), ("2020-01-01T10:00", "That time is past")],
)
def test_a_version_to_come_needs_a_time_to_come(editor, save, moment, words):
    story = PublishedArticleFactory(title="The clause")
    page = save(story, title="The paragraph", _later="1", goes_live_at=moment)
    assert words in page
    assert ">\nThe paragraph</textarea>" in page
    assert not Revision.objects.exists()


def test_it_can_be_called_off(client, editor, save):
    story = PublishedArticleFactory()
    save(story, title="The paragraph", _later="1", goes_live_at=later())
    page = client.post(address(story, "status"), {"to": "call_off"}, follow=True).content.decode()
    assert "was cancelled" in page
    assert not Revision.objects.filter(origin="scheduled").exists()


# --- What may not be saved ---------------------------------------------------------------


def test_an_archive_is_entered_with_its_dates_and_the_log_says_so(client, editor, draft, save):
    page = save(draft, _schedule="1", publish_at="2020-01-01T10:00", title="As it was then")
    assert "with the date 01 January 2020, 10:00 UTC" in page
    draft.refresh_from_db()
    assert (draft.status, draft.title) == ("published", "As it was then")
    assert draft.status_changes.get().note == "Dated 01 January 2020, 10:00 UTC."


def test_a_story_that_is_out_is_not_taken_from_its_readers_by_a_date(client, editor, save):
    story = PublishedArticleFactory()
    for button, moment in (("_redate", later()), ("_redate", ""), ("_schedule", later())):
        story.refresh_from_db()
        page = save(story, **{button: "1", "publish_at": moment})
        assert "would take it from its readers" in page or "Choose a time first" in page
        assert client.get(story.get_absolute_url()).status_code == 200
    story.refresh_from_db()
    save(story, _redate="1", publish_at="2025-03-04T05:06")
    story.refresh_from_db()
    assert f"{story.published_at:%Y-%m-%d %H:%M}" == "2025-03-04 05:06"
    assert "it was" in story.status_changes.first().note


def test_published_again_it_keeps_its_date_if_that_is_wanted(client, editor, save):
    story = PublishedArticleFactory()
    first = story.published_at - timedelta(days=26)
    Article.objects.filter(pk=story.pk).update(published_at=first)
    story.refresh_from_db()
    save(story, _withdraw="1")
    assert client.get(story.get_absolute_url()).status_code == 410
    story.refresh_from_db()
    assert "Keep its date" in squeezed(client.get(address(story)).content.decode())
    save(story, _publish="1", keep_date="1")
    story.refresh_from_db()
    assert story.published_at == first
    save(story, _withdraw="1")
    story.refresh_from_db()
    save(story, _publish="1")
    story.refresh_from_db()
    assert story.published_at > first + timedelta(days=25)


@pytest.mark.parametrize("button", ["_publish", "_schedule", "_review"])
@pytest.mark.parametrize("is_new", [False, True])
def test_what_is_published_is_what_was_on_the_screen(client, editor, draft, button, is_new):
    data = form_of(draft, title="On the screen", slug="on-the-screen", publish_at=later())
    data |= {button: "1", "hero": draft.hero_id or ImageFactory().pk}
    del data["_continue"]
    if is_new:
        data |= {"bylines-INITIAL_FORMS": 0, "bylines-0-id": "", "bylines-0-article": ""}
        client.post("/admin/articles/article/add/", data)
    else:
        client.post(address(draft), data)
    story = Article.objects.get(slug="on-the-screen")
    assert story.title == "On the screen"
    assert (
        story.status_in_words
        == {
            "_publish": "Published",
            "_schedule": "Scheduled",
            "_review": "In review",
        }[button]
    )


def test_dates_that_contradict_each_other_are_refused(editor, save):
    story = PublishedArticleFactory()
    for moment in (story.published_at - timedelta(days=1), timezone.now() + timedelta(days=1)):
        page = save(story, updated_at=f"{moment:%Y-%m-%dT%H:%M:%S}")
        assert "This time is still to come" in page or "published after this time" in page


def test_a_version_of_before_it_was_published_anew_can_come_back(client, editor, save):
    story = PublishedArticleFactory(title="First")
    Article.objects.filter(pk=story.pk).update(updated_at=story.published_at)
    story.refresh_from_db()
    version = revisions.keep(story, None)
    later_on = story.published_at + timedelta(minutes=30)
    Article.objects.filter(pk=story.pk).update(published_at=later_on, updated_at=None, title="2")
    revisions.restore(version, editor)
    story.refresh_from_db()
    assert (story.title, story.updated_at) == ("First", None)


# --- What two people change ---------------------------------------------------------------


def test_two_who_change_different_things_are_both_in_it(editor, draft, save):
    opened = form_of(draft)
    other = Client()
    other.force_login(member_of("Editors", username="bo"))
    tag, author = TagFactory(), AuthorFactory(slug="second")
    rows = {"bylines-TOTAL_FORMS": 2, "bylines-1-author": author.pk, "bylines-1-position": 1}
    theirs = form_of(draft, body="<p>It is short.</p><p>Theirs.</p>", tags=[tag.pk], **rows)
    assert other.post(address(draft), theirs).status_code == 302
    mine = {"title": "My headline", "body": "<p>It is short indeed.</p>"}
    page = save(draft, **opened | mine | {"seen_revision": 1})
    assert "Bo saved version 2 while you were writing. Version 3 has both" in page
    draft.refresh_from_db()
    assert draft.title == "My headline"
    assert draft.body == "<p>It is short indeed.</p><p>Theirs.</p>"
    assert list(draft.tags.all()) == [tag]
    assert draft.bylines.count() == 2


def test_restored_text_meets_what_was_saved_since(client, editor, draft, save):
    key = "a" * 32
    autosave = {"title": "Typed A", "body": draft.body, "seen_revision": 1, "autosave_key": key}
    client.post(address(draft, "autosave"), autosave)
    save(draft, title="Saved B")
    restored = client.get(f"{address(draft)}?typed={key}").context["adminform"].form.initial
    assert restored["seen_revision"] == 1
    page = save(draft, title="Typed A", seen_revision=restored["seen_revision"])
    assert "Two people changed the same" in page
    draft.refresh_from_db()
    assert draft.title == "Saved B"


def test_a_scheduled_update_undoes_nothing_that_was_saved_after_it(client, editor, save):
    story = PublishedArticleFactory(title="T", body="<p>x = 1, y = 1</p>")
    revisions.keep(story, None)
    save(story, body="<p>x = 2, y = 1</p>", title="T2", _later="1", goes_live_at=later())
    story.refresh_from_db()
    page = save(story, body="<p>x = 1, y = 9</p>", standfirst="An urgent fix.")
    assert "changes the same" not in page
    Revision.objects.filter(origin="scheduled").update(goes_live_at=timezone.now())
    workflow.carry_out_schedule.call()
    story.refresh_from_db()
    assert (story.body, story.title) == ("<p>x = 2, y = 9</p>", "T2")
    assert story.standfirst == "An urgent fix."


def test_where_both_change_the_same_the_later_stays_and_everybody_is_told(client, editor, save):
    story = PublishedArticleFactory(title="T", body="<p>x</p>")
    revisions.keep(story, None)
    save(story, title="Scheduled", standfirst="Scheduled.", _later="1", goes_live_at=later())
    story.refresh_from_db()
    page = save(story, title="Fixed")
    assert "changes the same: headline. What you saved now will stay." in page
    assert "Something newer was saved in the same place: headline" in squeezed(page)
    Revision.objects.filter(origin="scheduled").update(goes_live_at=timezone.now())
    workflow.carry_out_schedule.call()
    story.refresh_from_db()
    assert (story.title, story.standfirst) == ("Fixed", "Scheduled.")
    assert "stayed in Headline" in story.status_changes.first().note


# --- Signed out ---------------------------------------------------------------------------


def test_a_form_sent_after_the_session_is_shown_with_every_word_and_sent_again(editor, draft):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)
    browser.get(address(draft))
    sent = form_of(draft, body="<p>zebra\n</p>", title="Typed “here”")
    token = browser.cookies["csrftoken"].value
    del browser.cookies["sessionid"]
    page = browser.post(address(draft), sent | {"csrfmiddlewaretoken": token})
    assert page.status_code == 403
    again = fields_of(page)
    assert again["title"] == "Typed “here”"
    assert again["body"] == "<p>zebra\n</p>"
    assert again.keys() >= sent.keys() - {"hero"}
    browser.force_login(editor)  # In another tab: with it comes another token.
    rotate = browser.get(address(draft))
    assert rotate.status_code == 200
    page = browser.post(address(draft), again | {"csrfmiddlewaretoken": "0" * 64})
    assert page.status_code == 403
    assert "Send it again" in page.content.decode()
    assert browser.post(address(draft), fields_of(page)).status_code == 302
    draft.refresh_from_db()
    assert "zebra" in draft.body


def test_what_another_site_sends_is_repeated_to_nobody(editor, draft):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)
    headers = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    page = browser.post(address(draft), form_of(draft, title="Evil"), headers=headers)
    assert page.status_code == 403
    assert "Evil" not in page.content.decode()


def fields_of(page):
    found = re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.content.decode()
    )
    return {name: unescape(value) for name, value in found}


def test_an_embargo_holds_whoever_presses_the_button(client, editor, draft, save):
    ends = timezone.now() + timedelta(hours=3)
    save(draft, embargoed_until=f"{ends:%Y-%m-%dT%H:%M:%S}")
    for moment in ("", later(1)):
        page = client.post(
            address(draft, "status"), {"to": "publish", "publish_at": moment}, follow=True
        )
        assert "Embargo: The embargo ends on" in page.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"
    page = client.post(
        address(draft, "status"), {"to": "publish", "publish_at": later(4)}, follow=True
    )
    assert "Scheduled for" in page.content.decode()
    for surface in (
        "/",
        "/policy/",
        "/feeds/rss/",
        "/sitemap-stories-0.xml",
        "/news-sitemap.xml",
        "/search/?q=clause",
    ):
        assert b"The clause" not in client.get(surface).content
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_a_story_that_is_out_cannot_be_put_under_an_embargo(editor, save):
    story = PublishedArticleFactory()
    page = save(story, embargoed_until="2030-01-01T10:00")
    assert "before this embargo ends" in page


def test_what_stands_in_the_way_and_what_would_help_is_said_with_its_field(client, editor, draft):
    Article.objects.filter(pk=draft.pk).update(standfirst="", title="The clause.")
    page = client.get(address(draft)).content.decode()
    assert "<b>Standfirst:</b> Add a standfirst. <small>needed</small>" in squeezed(page)
    assert "<b>Headline:</b> Headlines end without a full stop." in page
    assert "<b>Tags:</b> Without a tag" in page
