"""The desk’s pick above the others, an address for each comment, and conversations as feeds."""

import json
import re

import pytest

from comments.models import FeaturedComment, SiteComment
from comments.moderation import decisions, featured
from comments.reading import paging

from ..factories import PublishedArticleFactory, SectionFactory, comment_on, member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return PublishedArticleFactory(
        slug="the-clause", section=SectionFactory(name="Policy"), title="The clause"
    )


def page_of(client, article):
    return client.get(article.get_absolute_url()).content.decode()


def act(client, action, *comments, **data):
    data |= {"action": action, "_selected_action": [comment.pk for comment in comments]}
    return client.post("/admin/comments/sitecomment/", data, follow=True).content.decode()


@pytest.fixture
def desk(client):
    client.force_login(member_of("Moderators"))
    return client


def test_a_pick_stands_above_the_others_and_is_marked_among_them(client, article):
    comment_on(article, comment="One of many.")
    comment = comment_on(article, comment="The best of all.")
    assert "Editor’s pick" not in page_of(client, article)
    featured.feature(comment, None)
    page = page_of(client, article)
    assert page.index("The best of all.") < page.index("One of many.")
    assert page.count("Editor’s pick") == 2
    assert f'href="/comments/{comment.pk}/"' in page
    assert featured.unfeature(comment)
    assert "Editor’s pick" not in page_of(client, article)


def test_a_pick_of_a_later_page_stands_on_the_first(client, article, monkeypatch):
    monkeypatch.setattr(paging, "THREADS_PER_PAGE", 2)
    comments = [comment_on(article, comment=f"No. {number}.") for number in range(4)]
    featured.feature(comments[3], None)
    page = page_of(client, article)
    assert "No. 3." in page
    assert f'id="c{comments[3].pk}"' not in page
    later = client.get(paging.address_of(comments[3], article)).content.decode()
    assert later.count("Editor’s pick") == 1


def test_what_is_removed_is_not_picked_and_a_pick_that_is_removed_goes(client, article):
    comment = comment_on(article, comment="The best of all.")
    featured.feature(comment, None)
    decisions.remove(SiteComment.objects.filter(pk=comment.pk))
    assert "The best of all." not in page_of(client, article)
    with pytest.raises(featured.NotShown):
        featured.feature(comment, None)


def test_the_desk_picks_one_a_story(desk, article):
    first, second = comment_on(article), comment_on(article, comment="Another.")
    assert "Choose one comment for each story." in act(desk, "pick", first, second)
    assert "1 pinned." in act(desk, "pick", first)
    act(desk, "pick", second)
    assert FeaturedComment.objects.get().comment_id == second.pk
    assert "1 no longer pinned." in act(desk, "unpick", second)
    decisions.remove(SiteComment.objects.filter(pk=first.pk))
    assert "Readers do not see this comment. Nothing was changed." in act(desk, "pick", first)


def test_several_comments_are_decided_once_that_was_confirmed(desk, article):
    comments = [comment_on(article, comment=f"No. {number}.") for number in range(3)]
    asked = act(desk, "remove", *comments)
    assert "Remove: 3 comments?" in asked
    assert "No. 2." in asked
    assert not SiteComment.objects.filter(is_removed=True).exists()
    assert "3 comments removed." in act(desk, "remove", *comments, confirmed="1")
    assert "1 comment approved." in act(desk, "put_back", comments[0])
    assert SiteComment.objects.filter(is_removed=True).count() == 2


def test_the_address_of_a_comment_leads_to_its_page(client, article, monkeypatch):
    monkeypatch.setattr(paging, "THREADS_PER_PAGE", 2)
    comments = [comment_on(article) for _ in range(3)]
    assert (
        client.get(f"/comments/{comments[0].pk}/")["Location"]
        == f"{article.get_absolute_url()}#c{comments[0].pk}"
    )
    later = client.get(f"/comments/{comments[2].pk}/")["Location"]
    assert later == f"{article.get_absolute_url()}comments/{comments[2].pk}/#c{comments[2].pk}"
    decisions.remove(SiteComment.objects.filter(pk=comments[1].pk))
    assert client.get(f"/comments/{comments[1].pk}/").status_code == 404
    assert client.get("/comments/99999999999999999999/").status_code == 404


def test_replies_fold_away_without_a_script(client, article):
    root = comment_on(article)
    for _ in range(2):
        near = comment_on(article, root)
    comment_on(article, near)
    page = page_of(client, article)
    assert re.findall(r'<details class="replies" open><summary>([^<]+)<', page) == [
        "2 replies",
        "1 reply",
    ]
    assert page.count("<details") == page.count("</details>")


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_a_conversation_and_all_of_them_can_be_followed(client, article, form):
    comment = comment_on(article, comment="Is > a quote\n\nand `code`?")
    other = comment_on(PublishedArticleFactory(title="Another"), comment="Elsewhere.")
    of_story = client.get(f"/feeds/{form}/comments/{article.pk}/").content.decode()
    of_all = client.get(f"/feeds/{form}/comments/").content.decode()
    assert "Wendeline on “The clause”" in of_story
    assert f"/comments/{comment.pk}/" in of_story
    assert "Elsewhere." not in of_story
    assert of_all.index("Elsewhere.") < of_all.index("a quote")
    assert "readers.example" not in of_all
    decisions.remove(SiteComment.objects.filter(pk=other.pk))
    assert "Elsewhere." not in client.get(f"/feeds/{form}/comments/").content.decode()


def test_feeds_say_nothing_of_what_is_not_public(client, article):
    held = comment_on(article, comment="Held back.")
    SiteComment.objects.filter(pk=held.pk).update(is_public=False)
    draft = PublishedArticleFactory(status="withdrawn")
    comment_on(draft, comment="Under what is gone.")
    data = json.loads(client.get("/feeds/json/comments/").content)
    assert data["items"] == []
    assert json.loads(client.get(f"/feeds/json/comments/{article.pk}/").content)["items"] == []
    assert client.get(f"/feeds/json/comments/{draft.pk}/").status_code == 404
    assert client.get("/feeds/nothing/comments/").status_code == 404
    assert client.get("/feeds/json/comments/99999999999999999999/").status_code == 404
