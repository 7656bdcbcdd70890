"""The front page: the desk’s choice on its places, the latest stories on all others, no hole,
nothing twice.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.models import FrontPick
from articles.publishing import workflow
from articles.reading import front_page
from pagecache.context import RenderContext, collecting

from ..factories import (
    DraftArticleFactory,
    PublishedArticleFactory,
    ScheduledArticleFactory,
    SponsoredArticleFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def stories(noon):
    now = timezone.now()
    return [
        PublishedArticleFactory(published_at=now - timedelta(hours=number)) for number in range(12)
    ]


def pick(article, position=1, **kwargs):
    return FrontPick.objects.create(article=article, position=position, **kwargs)


def on_top():
    front = front_page.compose()
    return [front.lead, *front.beside, *front.also] if front.lead else []


def test_without_a_choice_the_latest_lead(stories):
    assert on_top() == stories[:8]


def test_a_choice_stands_on_its_place_and_the_latest_fill_the_rest(stories):
    pick(stories[9], 1)
    pick(stories[10], 3)
    assert on_top() == [stories[9], stories[0], stories[10], *stories[1:6]]


def test_two_on_one_place_stand_one_after_the_other_and_none_beyond_the_last(stories):
    for story in stories[8:11]:
        pick(story, 7)
    assert on_top() == [*stories[:6], stories[8], stories[9]]
    FrontPick.objects.update(position=500)
    assert on_top()[7] == stories[8]


def test_what_is_not_public_or_paid_leaves_no_hole(stories):
    pick(DraftArticleFactory(), 1)
    pick(ScheduledArticleFactory(), 2)
    pick(SponsoredArticleFactory(), 3)
    workflow.withdraw(pick(stories[3], 4).article, by=None)
    assert on_top() == [*stories[:3], *stories[4:9]]


def test_a_choice_ends_when_it_was_to(noon, stories):
    pick(stories[9], 1, until=timezone.now() + timedelta(hours=1))
    assert on_top()[0] == stories[9]
    noon.shift(3600)
    assert stories[9] not in on_top()


def test_the_page_ends_with_the_days_of_the_paid_piece_on_it(stories):
    paid = SponsoredArticleFactory(published_at=timezone.now() - timedelta(days=29))
    with collecting(RenderContext()) as page:
        assert front_page.compose().sponsored == [paid]
    assert page.changes_at == paid.published_at + front_page.SPONSORED_FOR


def test_nothing_stands_twice(client, stories):
    pick(stories[1], 1)
    page = client.get("/").content.decode()
    assert page.count(f'<a href="{stories[1].get_absolute_url()}">') == 1


def test_the_archive_knows_its_months_and_no_others(client, noon):
    PublishedArticleFactory(
        title="In March", published_at=timezone.now().replace(year=2025, month=3, day=5)
    )
    PublishedArticleFactory(title="In November")
    index = client.get("/archive/").content.decode()
    assert index.index("2026") < index.index("2025")
    assert '/archive/2025/3/"' in index
    assert '/archive/2025/2/"' not in index
    march = client.get("/archive/2025/3/").content.decode()
    assert "In March" in march
    assert "In November" not in march
    assert "April 2025" in march
    for nothing in ("2025/2", "2026/12", "2026/0", "2026/13", "99999/1", "0/0"):
        assert client.get(f"/archive/{nothing}/").status_code == 404


def test_a_month_is_walked_by_key(client, noon):
    PublishedArticleFactory.create_batch(25)
    page = client.get("/archive/2026/11/").context["page"]
    assert (len(page.items), page.has_older) == (20, True)
    assert len(client.get(f"/archive/2026/11/{page.older}").context["page"].items) == 5
