"""Forecasts of a position: by the audience’s page views, their days of the week, and
the part of them that a target is about.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from advertising.billing import availability
from advertising.billing.forecasts import Expected, Forecast, Target
from advertising.measurement import anomalies, ledger
from advertising.models import Action, Device, TrafficAnomaly
from advertising.templatetags import placements
from articles.models import ArticleCoin
from audience.choices import FigureKind
from audience.models import DailyFigure, DailyViews, DailyVisitors, Page

from ..factories import (
    CoinFactory,
    DraftBannerFactory,
    PublishedArticleFactory,
    SectionFactory,
    running_banner,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def days_ago(number: int) -> date:
    return timezone.now().date() - timedelta(days=number)


def opened(views_of: Any, days: int = 28) -> None:
    """Page views of the whole publication on each of the last days, by the day’s number of days ago."""
    DailyVisitors.objects.bulk_create(
        DailyVisitors(day=days_ago(ago), visitors=1, views=views_of(ago))
        for ago in range(1, days + 1)
    )


def viewed(placement: Any, number: int, ago: int = 1, action: str = Action.VIEWABLE) -> None:
    ledger.add({(placement.pk, placement.slot, days_ago(ago), action, ""): number})


def read(story: Any, views: int, **about: Any) -> None:
    page = Page.objects.create(key=f"story:{story.pk}", path="/", story=story)
    DailyViews.objects.create(
        page=page, day=days_ago(1), views=views, readers=0, seconds=0, measured=0, half=0, whole=0
    )


def test_the_same_days_of_the_last_four_weeks_say_what_is_likely():
    banner = running_banner()
    # Each week 100 more than the one after it; on Sundays five times as much. Today is a Sunday.
    opened(lambda ago: (1000 + 100 * ((ago - 1) // 7)) * (5 if ago % 7 == 0 else 1))
    for ago in (1, 2, 3):
        viewed(banner, 600, ago)
    week = [days_ago(-number) for number in range(7)]
    forecast = Forecast("rectangle")
    assert forecast.expected(week) == Expected(6600, 7590, 8580)
    assert forecast.expected([days_ago(0)]) == Expected(3000, 3450, 3900)
    assert forecast.expected([days_ago(-1)]) == Expected(600, 690, 780)


def test_days_without_anything_in_the_position_do_not_count_against_it():
    opened(lambda ago: 1000)
    viewed(running_banner(), 500, ago=9)
    assert Forecast("rectangle").expected([days_ago(0)]).mean == 500


def test_without_page_views_the_position_speaks_for_itself():
    banner = running_banner()
    for ago in (1, 2):
        viewed(banner, 300 * ago, ago)
    assert Forecast("rectangle").expected([days_ago(0)]) == Expected(450, 450, 450)
    assert Forecast("top").expected([days_ago(0)]) == Expected()


def test_a_target_has_its_share_of_what_is_read(django_assert_max_num_queries):
    markets, policy = SectionFactory(name="Markets"), SectionFactory(name="Policy")
    bitcoin = CoinFactory()
    story, other = PublishedArticleFactory(section=markets), PublishedArticleFactory(section=policy)
    ArticleCoin.objects.create(article=story, coin=bitcoin)
    read(story, 250)
    read(other, 750)
    for word, number in (("phone", 600), ("tablet", 100), ("desktop", 300)):
        DailyFigure.objects.create(
            day=days_ago(1), kind=FigureKind.DEVICE, word=word, number=number
        )
    opened(lambda ago: 1000)
    viewed(running_banner(), 400)
    forecast = Forecast("rectangle")
    today = [days_ago(0)]
    with django_assert_max_num_queries(9):
        assert forecast.expected(today, Target(section=markets.pk)).mean == 100
        assert forecast.expected(today, Target(coins=frozenset({bitcoin.pk}))).mean == 100
        assert forecast.expected(today, Target(device=Device.PHONE)).mean == 240
        assert forecast.expected(today, Target(device=Device.DESKTOP)).mean == 160
        assert forecast.expected(today, Target(markets.pk, None, Device.PHONE)).mean == 60


def test_bookings_elsewhere_take_nothing_away():
    markets, policy = SectionFactory(name="Markets"), SectionFactory(name="Policy")
    read(PublishedArticleFactory(section=markets), 250)
    read(PublishedArticleFactory(section=policy), 750)
    opened(lambda ago: 1000)
    days = {"starts_on": days_ago(-1), "ends_on": days_ago(-2)}
    viewed(running_banner(goal=800, **days), 1000)
    running_banner(section=policy, goal=4000, **days)
    running_banner(section=markets, goal=100, **days)
    asked = DraftBannerFactory(section=markets, **days)
    outlook = availability.outlook(asked)
    # Of what may stand everywhere a quarter is here; of Policy’s nothing; of Markets’ all.
    assert (outlook.expected, outlook.booked) == (500, 200 + 100)
    everywhere = availability.outlook(DraftBannerFactory(**days))
    assert (everywhere.expected, everywhere.booked) == (2000, 4900)


def test_more_impressions_than_page_views_are_told_once():
    banner, other = running_banner(), running_banner(slot="top")
    DailyVisitors.objects.create(day=days_ago(1), visitors=1, views=1000)
    DailyFigure.objects.create(
        day=days_ago(1), kind=FigureKind.NOT_COUNTED, word="asked_not", number=200
    )
    viewed(banner, 1400, action=Action.RENDERED)
    viewed(other, 1310, action=Action.RENDERED)
    anomalies.look.func()
    anomalies.look.func()
    found = TrafficAnomaly.objects.get(placement=None)
    assert "1,400 impressions on 1,200 page views" in str(found)
    assert str(found) in anomalies.recent()


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (7, "7"), (94, "94"), (123_365, "120,000"), (996, "1,000"), (1_949, "1,900")],
)
def test_a_forecast_is_shown_to_what_is_known(number, shown):
    assert placements.roughly(number) == shown
