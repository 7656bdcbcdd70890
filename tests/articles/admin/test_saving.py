"""Saving on the desk: every save is a version, the second of two savers is told, and a name that
was out goes on.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, Correction, Revision
from articles.publishing import revisions, workflow

from ...comments.test_races import at_once
from ...factories import PublishedArticleFactory, SectionFactory, member_of
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
    assert "Two people changed this story" in page
    assert "It is <del>very short</del><ins>long</ins>." in page
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
    assert "Two people changed this story" in save(
        draft, **opened | {"title": "Mine", "_over": "2"}
    )


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
    assert sorted("Two people changed this story" in page for page in pages) == [False, True]
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
        **{"corrections-0-at_0": f"{now:%Y-%m-%d}", "corrections-0-at_1": f"{now:%H:%M:%S}"},
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
    assert 'value="The paragraph"' in page
    assert not Revision.objects.exists()


def test_it_can_be_called_off(client, editor, save):
    story = PublishedArticleFactory()
    save(story, title="The paragraph", _later="1", goes_live_at=later())
    page = client.post(address(story, "status"), {"to": "call_off"}, follow=True).content.decode()
    assert "was cancelled" in page
    assert not Revision.objects.filter(origin="scheduled").exists()


# --- What may not be saved ---------------------------------------------------------------


def test_a_time_that_is_past_does_not_publish(client, editor, draft):
    data = {"to": "publish", "publish_at": "2020-01-01T10:00"}
    assert (
        "That time is past"
        in client.post(address(draft, "status"), data, follow=True).content.decode()
    )
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_an_embargo_holds_whoever_presses_the_button(client, editor, draft, save):
    ends = timezone.now() + timedelta(hours=3)
    save(draft, embargoed_until_0=f"{ends:%Y-%m-%d}", embargoed_until_1=f"{ends:%H:%M:%S}")
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
    page = save(story, embargoed_until_0="2030-01-01", embargoed_until_1="10:00:00")
    assert "before this embargo ends" in page


def test_what_stands_in_the_way_and_what_would_help_is_said_with_its_field(client, editor, draft):
    Article.objects.filter(pk=draft.pk).update(standfirst="", title="The clause.")
    page = client.get(address(draft)).content.decode()
    assert "<b>Standfirst:</b> Add a standfirst. <small>needed</small>" in squeezed(page)
    assert "<b>Headline:</b> Headlines end without a full stop." in page
    assert "<b>Tags:</b> Without a tag" in page
