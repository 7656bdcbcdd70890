"""Versions on the desk: listed, compared, named, starred, brought back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import Article
from articles.publishing import revisions

from ...factories import PublishedArticleFactory, member_of
from ...pages import squeezed
from .conftest import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(editor, draft, save):
    save(
        draft,
        body="<p>It is <strong>long</strong> & <em>wide</em>.</p>",
        title="The <b>paragraph</b>",
    )
    return Article.objects.get()


def test_they_are_listed_with_who_and_when(client, two):
    page = client.get(address(two, "versions")).content.decode()
    assert "maren" in page
    assert "a command" in page
    assert f'href="{address(two, "version", 2)}"' in page


def test_what_changed_is_shown_word_by_word_and_escaped(client, two):
    page = squeezed(client.get(address(two, "version", 2)).content.decode())
    assert "It is <del>short</del><ins>long &amp; wide</ins>." in page
    assert "<ins>&lt;b&gt;paragraph&lt;/b&gt;</ins>" in page
    assert "What changed since version 1" in page
    same = client.get(f"{address(two, 'version', 2)}?against=2").content.decode()
    assert "Nothing differs." in same


def test_one_is_named_starred_and_brought_back(client, two):
    keep = address(two, "version_keep", 1)
    client.post(keep, {"name": "As handed in"})
    client.post(keep, {"star": "1", "name": "As handed in"})
    page = client.get(address(two, "versions")).content.decode()
    assert 'value="As handed in"' in page
    assert "desk-starred" in page
    page = client.post(keep, {"restore": "2"}, follow=True).content.decode()
    assert "The story says what version 1 said. This is version 3." in page
    two.refresh_from_db()
    assert two.title == "The clause"
    assert two.revisions.get(number=1).name == "As handed in"


def test_a_version_that_could_not_be_public_stays_away(client, editor, save):
    story = PublishedArticleFactory(slug="first")
    save(story, slug="second")
    PublishedArticleFactory(slug="taken")
    version = story.revisions.get(number=1)
    version.content["slug"] = "taken"
    version.save()
    save(Article.objects.get(pk=story.pk), title="Other")
    page = client.post(
        address(story, "version_keep", 1), {"restore": "2"}, follow=True
    ).content.decode()
    assert "Version 1 cannot come back" in page
    story.refresh_from_db()
    assert story.slug == "second"


@pytest.mark.parametrize("number", [0, 99, 99999999])
def test_there_are_no_others(client, two, number):
    assert client.get(address(two, "version", number)).status_code == 404
    assert client.post(address(two, "version_keep", number), {"restore": "1"}).status_code == 404
    assert client.get(f"{address(two, 'version', 2)}?against={number}").status_code == 200
    assert client.get(f"{address(two, 'version', 2)}?against=x").status_code == 200


def test_who_may_look_and_who_may_change(client, editor, save):
    story = PublishedArticleFactory()
    save(story, title="Other")
    for group, look, change in (
        ("Authors", 200, 403),
        ("Moderators", 200, 403),
        ("Chief editors", 200, 302),
    ):
        client.force_login(member_of(group))
        assert client.get(address(story, "versions")).status_code == look
        assert client.post(address(story, "version_keep", 1), {"star": "1"}).status_code == change


# --- Many at once --------------------------------------------------------------------------


def chosen(*articles, **more):
    return {"_selected_action": [article.pk for article in articles], **more}


def test_actions_ask_before_they_act(client, editor, draft):
    place = "/admin/articles/article/"
    page = client.post(place, chosen(draft, action="publish_chosen")).content.decode()
    assert "Publish these stories now?" in page
    draft.refresh_from_db()
    assert draft.status == "draft"
    page = client.post(
        place, chosen(draft, action="publish_chosen", confirmed="1"), follow=True
    ).content.decode()
    assert "1 story published." in page
    draft.refresh_from_db()
    assert draft.status == "published"


def test_stories_move_together_and_their_addresses_lead_on(client, editor):
    from ...factories import SectionFactory

    stories = PublishedArticleFactory.create_batch(2)
    SectionFactory(name="Markets")
    data = chosen(*stories, action="move_chosen", confirmed="1", section="markets")
    assert (
        "2 moved to Markets."
        in client.post("/admin/articles/article/", data, follow=True).content.decode()
    )
    assert client.get(stories[0].get_absolute_url())["Location"].startswith("/markets/")
    data["section"] = "nowhere"
    assert "Choose a section." in client.post("/admin/articles/article/", data).content.decode()


def test_what_one_may_not_change_is_named(client):
    story = PublishedArticleFactory(title="The clause")
    client.force_login(member_of("Authors"))
    data = chosen(story, action="hand_in_chosen", confirmed="1")
    page = client.post("/admin/articles/article/", data, follow=True).content.decode()
    assert "You may not change “The clause”." in page
    data = chosen(story, action="publish_chosen", confirmed="1")
    client.post("/admin/articles/article/", data, follow=True)
    story.refresh_from_db()
    assert story.status == "published"


def test_what_a_scheduled_update_changes_is_told_against_what_is_out(client, editor, save):
    story = PublishedArticleFactory(title="First")
    revisions.keep(story, None)
    later = f"{timezone.now() + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    save(story, title="Called off", _later="1", goes_live_at=later)
    story.refresh_from_db()
    save(story, title="To come", _later="1", goes_live_at=later)
    to_come = story.revisions.get(origin="scheduled")
    page = client.get(address(story, "version", to_come.number)).content.decode()
    assert "What it will change" in page
    assert "<del>First</del><ins>To come</ins>" in page


def test_restoring_over_something_newer_is_asked_about(client, editor, draft, save):
    save(draft, title="Second")
    opened = Article.objects.get().revision
    save(Article.objects.get(), title="Third")
    restore = address(draft, "version_keep", 1)
    page = client.post(restore, {"restore": opened}, follow=True).content.decode()
    assert "saved version 3 after you opened this page" in page
    assert Article.objects.get().title == "Third"
    client.post(restore, {"restore": opened + 1})
    assert Article.objects.get().title == "The clause"
