"""The desk's list of stories: found by words and filters together, drafts on top, who changed what."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from articles.admin import story_list
from articles.models import Article
from articles.publishing import revisions

from ...factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    SectionFactory,
    TagFactory,
    member_of,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/articles/article/"


@pytest.fixture(autouse=True)
def desk(client):
    editor = member_of("Editors", username="maren")
    client.force_login(editor)
    return editor


def titles(client, **query):
    return {row.title for row in client.get(LIST, query).context["cl"].result_list}


def test_a_search_within_a_filter_finds_what_is_older_than_all_others(client, monkeypatch):
    monkeypatch.setattr(story_list, "MOST_FOUND", 2)
    opinion = SectionFactory(name="Opinion")
    PublishedArticleFactory(title="Margin of old", section=opinion)
    for number in range(4):
        PublishedArticleFactory(title=f"Margin {number}")
    assert len(titles(client, q="margin")) == 2
    assert titles(client, q="margin", section__id__exact=opinion.pk) == {"Margin of old"}
    assert titles(client, q="marg", section__id__exact=opinion.pk) == {"Margin of old"}
    assert titles(client, q="nothing", section__id__exact=opinion.pk) == set()


def test_stories_are_narrowed_by_author_tag_coin_state_and_date(client):
    author, tag, coin = AuthorFactory(slug="second"), TagFactory(), CoinFactory()
    found = PublishedArticleFactory(title="Found", authors=[author])
    found.tags.add(tag)
    found.article_coins.create(coin=coin)
    old = PublishedArticleFactory(title="Old")
    Article.objects.filter(pk=old.pk).update(published_at=timezone.now() - timedelta(days=40))
    for query in ({"author": author.pk}, {"tag": tag.pk}, {"coin": coin.pk}, {"since": "7"}):
        assert titles(client, **query) == {"Found"}, query
    assert titles(client, when="out") == {"Found", "Old"}
    for nonsense in ({"author": "x"}, {"tag": "9" * 30}, {"since": "0"}):
        assert client.get(LIST, nonsense).status_code in (200, 302)


def test_what_is_in_progress_stands_above_with_who_changed_it_last(client, desk):
    draft = DraftArticleFactory(title="Half written")
    revisions.keep(draft, desk)
    PublishedArticleFactory(title="Out")
    page = client.get(LIST)
    assert [row.title for row in page.context["in_progress"]] == ["Half written"]
    assert page.context["in_progress"][0].changed_by == "maren"
    assert ", maren" in page.content.decode()
    assert not client.get(LIST, {"q": "half"}).context["in_progress"]


def test_a_bulk_action_keeps_the_search_and_names_what_failed(client):
    draft = DraftArticleFactory(title="No picture", hero=None)
    address = f"{LIST}?q=picture"
    chosen = {"action": "publish_chosen", "_selected_action": draft.pk}
    asked = client.post(address, chosen).content.decode()
    assert f'action="{address}"' in asked
    done = client.post(address, chosen | {"confirmed": "1"})
    assert done["Location"] == address
    page = client.get(address).content.decode()
    assert "“No picture”. Picture: Choose a picture." in page
    assert "0 stories published" in page


def test_moderators_and_the_ad_desk_see_what_readers_do(client):
    draft, story = DraftArticleFactory(title="Secret"), PublishedArticleFactory(title="Out")
    for group in ("Moderators", "Ad desk"):
        client.force_login(member_of(group))
        assert titles(client) == {"Out"}
        assert not client.get(LIST).context["in_progress"]
        for article, status in ((draft, 302), (story, 200)):
            address = reverse("admin:articles_article_change", args=[article.pk])
            assert client.get(address).status_code == status
