"""Which placement stands where, and what a reader can tell about it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advertising import review, serving
from advertising.models import Placement

from ..factories import AdvertiserFactory, DraftBannerFactory, PublishedArticleFactory, SectionFactory

pytestmark = pytest.mark.django_db


def running(**kwargs) -> Placement:
    placement = DraftBannerFactory(**kwargs)
    review.submit(placement, None)
    review.approve(placement, None)
    return placement


def served(section_id=None):
    return [banner.placement for banner in serving.banners_for_page(section_id)["rectangle"]]


def test_only_what_is_approved_and_within_its_dates_is_served():
    today = timezone.now().date()
    live = running()
    running(starts_on=today + timedelta(days=1), ends_on=today + timedelta(days=2))
    running(starts_on=today - timedelta(days=3), ends_on=today - timedelta(days=1))
    DraftBannerFactory()
    assert served() == [live]


def test_the_first_and_the_last_day_count():
    today = timezone.now().date()
    live = running(starts_on=today, ends_on=today)
    assert served() == [live]


def test_a_placement_for_one_section_stays_in_it():
    markets = SectionFactory(name="Markets")
    placement = running(section=markets)
    assert served(markets.pk) == [placement]
    assert served(SectionFactory(name="Policy").pk) == []
    assert served() == []


def test_all_slots_of_a_page_take_one_query(django_assert_num_queries):
    for slot in ("top", "billboard", "rectangle", "rectangle"):
        running(slot=slot)
    with django_assert_num_queries(1):
        by_slot = serving.banners_for_page(None)
        assert [len(by_slot[slot]) for slot in ("top", "billboard", "rectangle")] == [1, 1, 2]


def test_paid_comes_before_house_and_house_before_nothing():
    house = running(advertiser=AdvertiserFactory(is_house=True))
    assert serving.choose(serving.banners_for_page(None)["rectangle"], "/").placement == house
    paid = running()
    assert serving.choose(serving.banners_for_page(None)["rectangle"], "/").placement == paid
    assert serving.choose([], "/") is None


def test_the_choice_is_the_same_for_every_reader_and_differs_between_pages():
    running()
    running()
    candidates = serving.banners_for_page(None)["rectangle"]
    assert len({serving.choose(candidates, "/a/").placement.pk for _ in range(9)}) == 1
    assert len({serving.choose(candidates, f"/{n}/").placement.pk for n in range(40)}) == 2


def test_a_banner_is_labelled_and_its_link_says_that_it_was_paid_for(client):
    placement = running()
    page = client.get(PublishedArticleFactory().get_absolute_url()).content.decode()
    start = page.index('data-slot="rectangle"')
    banner = page[start : page.index("</aside>", start)]
    assert f"Advertisement, paid for by {placement.advertiser.name}" in banner
    assert 'rel="sponsored nofollow noopener"' in banner
    assert 'alt="Concentric rings"' in banner
    assert 'width="300" height="250"' in banner


def test_an_empty_slot_keeps_its_box_and_offers_itself(client):
    page = client.get(PublishedArticleFactory().get_absolute_url()).content.decode()
    assert 'class="ad ad--top" data-slot="top"' in page
    assert "This space is for sale" in page


def test_a_house_banner_does_not_pretend_to_be_paid(client):
    running(advertiser=AdvertiserFactory(is_house=True))
    page = client.get(PublishedArticleFactory().get_absolute_url()).content.decode()
    start = page.index('data-slot="rectangle"')
    banner = page[start : page.index("</aside>", start)]
    assert "From us" in banner
    assert "sponsored" not in banner
