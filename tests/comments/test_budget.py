"""The queries that posting costs: the same number of queries however long the conversation is, and no other row
rewritten.
"""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.reading import related
from comments.models import SiteComment
from comments.posting import submission

from ..factories import PublishedArticleFactory, comment_on

pytestmark = pytest.mark.django_db
MOST = 12


def asked_for(article, parent):
    ContentType.objects.get_for_model(Article)
    words = {
        "name": "Hollis",
        "email": "hollis@readers.example",
        "comment": f"Could they publish log {parent.pk}?",
    }
    with CaptureQueriesContext(connection) as queries:
        submission.publish(article, words | {"reply_to": parent.pk}, ip="203.0.113.9")
    return [
        query["sql"]
        for query in queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]


def test_a_reply_costs_the_same_in_a_thread_of_two_hundred():
    # Stories that are talked about more.
    for _ in range(related.DISCUSSED):
        PublishedArticleFactory(comment_count=999)
    short, long = PublishedArticleFactory(), PublishedArticleFactory()
    parents = [comment_on(short), comment_on(long)]
    for number in range(200):
        comment_on(long, parents[1], comment=f"Reply {number}")
    before = list(
        SiteComment.objects.filter(object_pk=str(long.pk), level=1).order_by("pk").values()
    )
    asked_for(
        PublishedArticleFactory(), comment_on(Article.objects.latest("pk"))
    )  # A process that has posted before.
    costs = [
        asked_for(article, parent) for article, parent in zip((short, long), parents, strict=True)
    ]
    assert len(costs[0]) == len(costs[1]) <= MOST
    assert (
        list(
            SiteComment.objects.filter(pk__in=[row["id"] for row in before]).order_by("pk").values()
        )
        == before
    )
