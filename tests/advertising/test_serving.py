"""The placement that a slot shows, and what a reader can tell about it."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from advertising.campaigns import review
from advertising.delivery import pacing, serving
from advertising.delivery.page_context import Position
from advertising.delivery.serving import Asked
from advertising.models import Device

from ..factories import (
    AdvertiserFactory,
    CoinFactory,
    DraftBannerFactory,
    PublishedArticleFactory,
    SectionFactory,
    add_version,
    running_banner,
)
from ..pages import squeezed

pytestmark = pytest.mark.django_db


def asked(page="/", section=None, coins=(), **kwargs):
    return Asked(Position("rectangle", page, section, tuple(coins)), **kwargs)


def fitting(*args, **kwargs):
    banners = serving.candidates().get("rectangle", [])
    return [banner.placement for banner in serving.fitting(banners, asked(*args, **kwargs))]


def chosen(delivered=None, times=200, **kwargs):
    """The number of times that each was chosen."""
    dice, banners = random.Random(1), serving.candidates().get("rectangle", [])
    choices = (
        serving.choose(banners, asked(**kwargs), delivered or {}, dice) for _ in range(times)
    )
    return Counter(choice.placement if choice else None for choice in choices)


def test_only_what_is_approved_and_within_its_dates_is_served():
    today = timezone.now().date()
    live = running_banner()
    running_banner(starts_on=today + timedelta(days=1), ends_on=today + timedelta(days=2))
    running_banner(starts_on=today - timedelta(days=3), ends_on=today - timedelta(days=1))
    DraftBannerFactory()
    assert fitting() == [live]


def test_the_first_and_the_last_day_count():
    today = timezone.now().date()
    live = running_banner(starts_on=today, ends_on=today)
    assert fitting() == [live]


def test_what_begins_tomorrow_is_in_memory_and_begins_by_itself():
    tomorrow = timezone.now() + timedelta(days=1)
    placement = running_banner(starts_on=tomorrow.date(), ends_on=tomorrow.date())
    assert fitting() == []
    assert fitting(now=tomorrow) == [placement]


def test_a_placement_for_one_section_stays_in_it():
    markets = SectionFactory(name="Markets")
    placement = running_banner(section=markets)
    assert fitting(section=markets.pk) == [placement]
    assert fitting(section=SectionFactory(name="Policy").pk) == []
    assert fitting() == []


def test_a_placement_for_a_coin_stays_with_it():
    placement = running_banner()
    placement.coins.add(CoinFactory())
    placement.save()
    assert fitting(coins=["ETH", "BTC"]) == [placement]
    assert fitting(coins=["ETH"]) == []
    assert fitting() == []


@pytest.mark.parametrize(
    ("device", "screens"),
    [
        ("any", {"any", "phone", "desktop"}),
        ("phone", {"any", "phone"}),
        ("desktop", {"any", "desktop"}),
    ],
)
def test_a_placement_for_one_kind_of_screen_stays_on_it(device, screens):
    running_banner(device=device)
    assert {screen.value for screen in Device if fitting(device=screen)} == screens


def test_nothing_stands_twice_on_a_page():
    placement = running_banner()
    assert fitting(shown=[placement.pk]) == []


def test_who_stands_where_is_asked_once_for_all_pages(django_assert_num_queries):
    for slot in ("top", "billboard", "rectangle", "rectangle"):
        running_banner(slot=slot)
    assert [len(serving.candidates()[slot]) for slot in ("top", "billboard", "rectangle")] == [
        1,
        1,
        2,
    ]
    with django_assert_num_queries(1):  # In a process that serves it is none: it hears of changes.
        serving.candidates()


def test_paid_comes_before_house_and_house_before_nothing():
    assert set(chosen()) == {None}
    house = running_banner(advertiser=AdvertiserFactory(is_house=True))
    assert set(chosen()) == {house}
    paid = running_banner()
    assert set(chosen()) == {paid}


def test_weight_decides_how_often():
    light, heavy = running_banner(weight=1), running_banner(weight=3)
    counts = chosen(times=2000)
    assert 2.5 < counts[heavy] / counts[light] < 3.5


def test_what_was_bought_is_not_exceeded():
    today = timezone.now().date()
    placement = running_banner(goal=1000, starts_on=today - timedelta(days=300), ends_on=today)
    assert set(chosen({placement.pk: pacing.Delivered(999, 0)})) == {placement}
    assert set(chosen({placement.pk: pacing.Delivered(1000, 0)})) == {None}


def test_a_day_takes_no_more_than_its_cap():
    placement = running_banner(daily_cap=50)
    assert set(chosen({placement.pk: pacing.Delivered(500, 49)})) == {placement}
    assert set(chosen({placement.pk: pacing.Delivered(500, 50)})) == {None}


def test_who_is_ahead_waits_and_who_is_behind_comes_more_often():
    now = timezone.now()
    half = {
        "starts_on": now.date() - timedelta(days=50),
        "ends_on": now.date() + timedelta(days=50),
    }
    ahead, behind, even = (running_banner(goal=10_000, **half) for _ in range(3))
    delivered = {
        ahead.pk: pacing.Delivered(9_000, 0),
        behind.pk: pacing.Delivered(1_000, 0),
        even.pk: pacing.Delivered(5_000, 0),
    }
    counts = chosen(delivered, times=2000)
    assert ahead not in counts
    assert counts[behind] > counts[even] * 1.5


def test_how_far_a_placement_has_come_takes_one_query_in_two_seconds(django_assert_num_queries):
    running_banner(goal=10)
    with django_assert_num_queries(1):
        pacing.delivered()
        pacing.delivered()


def test_without_a_script_a_page_is_the_same_for_every_reader_and_differs_from_others():
    running_banner()
    running_banner()
    banners = serving.banners_of_today()["rectangle"]
    for_everybody = serving.choose_for_everybody
    assert len({for_everybody(banners, asked("/a/")).placement.pk for _ in range(9)}) == 1
    assert len({for_everybody(banners, asked(f"/{n}/")).placement.pk for n in range(40)}) == 2


def box_of(page, slot="rectangle"):
    start = page.index(f'data-slot="{slot}"')
    return page[start : page.index("</aside>", start)]


def test_a_banner_is_labelled_and_its_link_says_that_it_was_paid_for(client):
    placement = running_banner()
    banner = squeezed(
        box_of(client.get(PublishedArticleFactory().get_absolute_url()).content.decode())
    )
    assert f"Advertisement, paid for by {placement.advertiser.name}" in banner
    assert 'rel="sponsored nofollow noopener"' in banner
    assert 'alt="Concentric rings"' in banner
    assert 'width="300" height="250"' in banner


def test_an_advertisement_of_words_is_escaped_and_labelled(client):
    placement = DraftBannerFactory()
    creative = add_version(placement, headline="<b>Keys</b>", text="Custody & audit.")
    creative.pictures.all().delete()
    review.submit(placement, None)
    review.approve(placement, None)
    banner = squeezed(
        box_of(client.get(PublishedArticleFactory().get_absolute_url()).content.decode())
    )
    assert "<b>&lt;b&gt;Keys&lt;/b&gt;</b><small>Custody &amp; audit.</small>" in banner
    assert "Advertisement, paid for by" in banner


def test_an_empty_slot_keeps_its_box_and_offers_itself(client):
    page = client.get(PublishedArticleFactory().get_absolute_url()).content.decode()
    assert 'class="ad ad--top" data-slot="top"' in squeezed(page)
    assert "This space is for sale" in page


def test_a_house_banner_does_not_pretend_to_be_paid(client):
    running_banner(advertiser=AdvertiserFactory(is_house=True))
    banner = squeezed(
        box_of(client.get(PublishedArticleFactory().get_absolute_url()).content.decode())
    )
    assert "From us" in banner
    assert "sponsored" not in banner
