"""A price for each day of a year: fetched one coin at a time, while calls are to spare."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ticker.models import History, PriceSource
from ticker.polling import history, poller

from . import price_sources as upstream
from .rounds import good, state_of, year

pytestmark = pytest.mark.django_db


def test_the_year_of_a_coin_comes_while_the_source_answers(coins, sources, noon):
    good(sources)
    sources.answer("a year", year(timezone.now()))
    assert history.refresh_next() is None  # Nothing is known of the source yet.
    poller.refresh()
    noon.shift(900)
    assert history.refresh_next() == coins[0]
    kept = History.objects.get()
    assert len(kept.prices()) == 366
    assert kept.prices()[-1][0].hour == 0
    assert kept.fetched_at == timezone.now()
    assert sources.asked("a year")[0].args["days"] == "365"
    assert state_of("CoinGecko").calls == 2
    noon.shift(60)
    assert history.refresh_next() is None
    assert len(sources.asked("a year")) == 1


def test_a_year_that_does_not_come_lets_the_next_coin_go_first(coins, sources, noon):
    good(sources)
    poller.refresh()
    sources.answer("a year", {"prices": [[1, 2]]})
    assert history.refresh_next() is None
    assert History.objects.get().days == []
    assert history._longest_waiting(timezone.now()) == coins[1]
    assert state_of("CoinGecko").next_try_at == timezone.now() + timedelta(
        seconds=120
    )  # Rounds go on.


def test_a_429_for_a_year_holds_for_rounds_as_well(coins, sources, noon):
    good(sources)
    poller.refresh()
    sources.answer("a year", lambda: upstream.as_json({}, 429, Retry_After="600"))
    history.refresh_next()
    assert state_of("CoinGecko").next_try_at == timezone.now() + timedelta(seconds=600)
    noon.shift(120)
    poller.refresh()
    assert len(sources.asked("CoinGecko")) == 1


def test_no_year_is_asked_for_while_calls_are_scarce(demo_plan, coins, sources, noon):
    PriceSource.objects.create(name="CoinGecko", month="2026-11", calls=9_500)
    good(sources)
    poller.refresh()
    assert history.refresh_next() is None
    assert not sources.asked("a year")
