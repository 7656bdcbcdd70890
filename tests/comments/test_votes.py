"""A yes or a no to a comment: one each, counted where it is cast, and nobody can tell who cast
it.
"""

import re

import pytest

from articles.models import Article
from comments.models import CommentStats, Reaction, SiteComment
from comments.privacy import anonymous_keys

from ..factories import PublishedArticleFactory, SectionFactory, UserFactory, comment_on
from ..pages import squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return PublishedArticleFactory(slug="the-clause", section=SectionFactory(name="Policy"))


@pytest.fixture
def comment(article):
    return comment_on(article)


def page_of(client, article):
    return client.get(article.get_absolute_url()).content.decode()


def counts(comment):
    stats = CommentStats.objects.get(comment=comment)
    return stats.agreed, stats.disagreed


def test_a_vote_is_one_and_is_changed_or_deleted_by_writers(client, article, comment):
    answer = client.post("/comments/react/", {"agree": comment.pk})
    assert answer["Location"] == f"{article.get_absolute_url()}#c{comment.pk}"
    assert counts(comment) == (1, 0)
    client.post("/comments/react/", {"disagree": comment.pk})
    assert counts(comment) == (0, 1)
    client.post("/comments/react/", {"disagree": comment.pk})
    assert counts(comment) == (0, 0)
    assert Reaction.objects.count() == 0


def test_others_have_votes_of_their_own_and_scripts_are_told_the_counts(client, comment):
    for address in ("203.0.113.1", "203.0.113.2"):
        client.post("/comments/react/", {"agree": comment.pk}, REMOTE_ADDR=address)
    client.force_login(UserFactory())
    answer = client.post(
        "/comments/react/", {"agree": comment.pk}, headers={"accept": "application/json"}
    )
    assert answer.json() == {"agree": 3, "disagree": 0}


def test_the_counts_are_on_the_page(client, article, comment):
    page_of(client, article)
    client.post("/comments/react/", {"agree": comment.pk})
    page = page_of(client, article)
    assert re.search(
        rf'name="agree" value="{comment.pk}".*?<span data-count>1</span>', squeezed(page)
    )


def test_nothing_kept_tells_what_else_a_network_voted_on(client, article, comment):
    other = comment_on(article)
    for each in (comment, other):
        client.post("/comments/react/", {"agree": each.pk}, REMOTE_ADDR="203.0.113.1")
    first, second = Reaction.objects.values_list("voter", flat=True)
    assert first != second
    assert "203" not in first


def test_a_household_of_the_newer_addresses_has_one_vote(client, comment):
    for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        client.post("/comments/react/", {"agree": comment.pk}, REMOTE_ADDR=address)
    assert counts(comment) == (1, 0)  # cast, taken back, and one from the house next door


@pytest.mark.parametrize("number", ["", "x", "0", "99999999999999", "²"])
def test_a_vote_on_nothing_is_not_found(client, number):
    assert client.post("/comments/react/", {"agree": number}).status_code == 404


def test_what_is_not_on_the_page_takes_no_votes_and_no_reports(client, article, comment):
    SiteComment.objects.update(is_public=False)
    assert client.post("/comments/react/", {"agree": comment.pk}).status_code == 404
    assert client.get(f"/comments/{comment.pk}/report/").status_code == 404
    SiteComment.objects.update(is_public=True)
    Article.objects.update(status="withdrawn")
    assert client.post("/comments/react/", {"agree": comment.pk}).status_code == 404


def test_another_site_votes_for_nobody_and_nobody_votes_without_end(noon, client, comment):
    assert (
        client.post(
            "/comments/react/", {"agree": comment.pk}, headers={"sec-fetch-site": "cross-site"}
        ).status_code
        == 403
    )
    answers = [
        client.post("/comments/react/", {"agree": comment.pk}).status_code
        for _ in range(anonymous_keys.MOST_A_MINUTE + 1)
    ]
    assert answers == [302] * anonymous_keys.MOST_A_MINUTE + [429]
    assert client.get("/comments/react/").status_code == 405
