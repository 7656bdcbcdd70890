"""The stories of a tag, an author or a coin: complete, in order, and kept by the database whatever
happens.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from articles.models import Article, ArticleCoin, Byline, Listing
from articles.reading import listing_index
from articles.reading.listing_index import SubjectSource
from articles.reading.pagination import page_of

from ..factories import (
    AuthorFactory,
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def subjects():
    return {"tag": TagFactory(), "author": AuthorFactory(), "coin": CoinFactory()}


def story_of(
    subjects: dict[str, Any], make: Any = PublishedArticleFactory, **values: Any
) -> Article:
    story = make(authors=[subjects["author"]], **values)
    story.tags.add(subjects["tag"])
    ArticleCoin.objects.create(article=story, coin=subjects["coin"])
    return story


def rows() -> set[tuple[Any, ...]]:
    return set(Listing.objects.values_list("subject", "article_id", "published_at"))


def walk(subject: Any) -> SubjectSource:
    return SubjectSource(subject, Article.objects.published())


CHANGES = {
    "withdrawn": lambda story, other: Article.objects.filter(pk=story.pk).update(
        status="withdrawn"
    ),
    "scheduled": lambda story, other: Article.objects.filter(pk=story.pk).update(
        status="published", published_at=timezone.now() + timedelta(days=1)
    ),
    "moved in time": lambda story, other: Article.objects.filter(pk=story.pk).update(
        status="published", published_at=timezone.now() - timedelta(days=5)
    ),
    "no tags": lambda story, other: story.tags.clear(),
    "other tags": lambda story, other: story.tags.set([TagFactory(), TagFactory()]),
    "another author": lambda story, other: Byline.objects.filter(article=story).update(
        author=AuthorFactory()
    ),
    "byline moved": lambda story, other: Byline.objects.filter(article=story).update(article=other),
    "second author": lambda story, other: Byline.objects.bulk_create(
        [Byline(article=story, author=AuthorFactory())]
    ),
    "no coin": lambda story, other: ArticleCoin.objects.filter(article=story).delete(),
    "renamed": lambda story, other: Article.objects.filter(pk=story.pk).update(title="Another"),
    "deleted": lambda story, other: story.delete(),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("make", [PublishedArticleFactory, DraftArticleFactory])
def test_after_every_change_the_rows_are_those_made_anew(subjects, change, make):
    story, other = story_of(subjects, make), PublishedArticleFactory(authors=[])
    CHANGES[change](story, other)
    kept = rows()
    connection.check_constraints()  # PostgreSQL changes no table that has something left to check.
    listing_index.drop()
    listing_index.create(lambda text: None)
    assert rows() == kept


def test_a_draft_is_not_listed_and_a_published_story_is(subjects):
    story = story_of(subjects, DraftArticleFactory)
    assert rows() == set()
    Article.objects.filter(pk=story.pk).update(status="published", published_at=timezone.now())
    assert {subject.split(":")[0] for subject, _, _ in rows()} == {"tag", "author", "coin"}


@pytest.mark.parametrize("name", ["tag", "author", "coin"])
def test_pages_join_whatever_the_order_of_the_keys(subjects, name):
    now = timezone.now()
    for hours in (5, 1, 4, 2, 3):
        for number in range(9):
            story_of(subjects, published_at=now - timedelta(hours=hours, seconds=number // 3))
    PublishedArticleFactory()
    expected = list(
        Article.objects.filter(listings__subject__startswith=name).order_by("-published_at", "-pk")
    )
    if name == "author":  # the factory’s own authors are listed as well
        expected = [
            story for story in expected if story.authors.filter(pk=subjects["author"].pk).exists()
        ]
    first = page_of(walk(subjects[name]), QueryDict())
    second = page_of(walk(subjects[name]), QueryDict(first.older[1:]))
    third = page_of(walk(subjects[name]), QueryDict(second.older[1:]))
    assert [*first.items, *second.items, *third.items] == expected
    assert page_of(walk(subjects[name]), QueryDict(third.newer[1:])).items == second.items
    assert page_of(walk(subjects[name]), QueryDict(second.newer[1:])).items == first.items


def test_what_is_not_yet_out_is_not_shown(subjects):
    story = story_of(subjects, published_at=timezone.now() + timedelta(hours=1))
    assert rows()
    assert walk(subjects["tag"]).newest(5) == []
    assert walk(subjects["tag"]).count(5) == 0
    Article.objects.filter(pk=story.pk).update(published_at=timezone.now())
    assert walk(subjects["tag"]).newest(5) == [story]


def test_lost_triggers_come_back_with_what_they_missed(subjects):
    connection.check_constraints()
    listing_index.drop()
    story = story_of(subjects)
    assert walk(subjects["coin"]).newest(5) == []
    connection.check_constraints()
    call_command("migrate", verbosity=0)
    assert walk(subjects["coin"]).newest(5) == [story]
