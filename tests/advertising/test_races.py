"""Many browsers at once are counted once each, with real threads on a real database."""

from collections import Counter

import pytest
from django.utils import timezone

from advertising.delivery import tokens
from advertising.measurement import counting, invalid_traffic, offers
from advertising.models import Action, DailyCount, PageCount, UsedToken
from pagecache import invalidation

from ..comments.test_races import at_once
from ..factories import running_banner
from .conftest import CHROME, ledger

pytestmark = pytest.mark.django_db(transaction=True)
SENDER = counting.Sender("10.0.0.1", CHROME)


def shown(token: str) -> invalid_traffic.Event:
    return invalid_traffic.Event(Action.RENDERED, tokens.read(token), timezone.now(), CHROME)


def test_one_token_sent_by_ten_at_once_counts_once():
    placement = running_banner()
    token = tokens.issue(placement.pk, placement.approved_creative_id, "rectangle", "/policy/")
    found = at_once(10, lambda index: counting.count([shown(token)], SENDER)[0])
    assert Counter(found) == {"": 1, "replayed": 9}
    assert ledger("rendered") == {"": 1, "replayed": 9}
    assert UsedToken.objects.count() == 1


def test_many_tokens_at_once_are_all_counted_on_lines_that_all_add_to():
    placements = [running_banner(), running_banner(slot="top")]

    def send(index: int) -> None:
        for number in range(10):
            # In one order and in the other: those who wait for each other’s rows would wait for
            # ever.
            order = placements if (index + number) % 2 else placements[::-1]
            issued = [
                tokens.issue(each.pk, each.approved_creative_id, each.slot, "/policy/")
                for each in order
            ]
            assert counting.count([shown(token) for token in issued], SENDER) == ["", ""]

    at_once(8, send)
    assert {count.number for count in DailyCount.objects.all()} == {80}
    assert {count.number for count in PageCount.objects.all()} == {80}


def test_offers_of_many_threads_are_added_once_each(monkeypatch):
    monkeypatch.setattr(invalidation, "current_listener", lambda: object())
    monkeypatch.setattr(offers.OfferSums, "_run", lambda self: None)
    placement, sums = running_banner(), offers.OfferSums()

    def act(index: int) -> None:
        for _ in range(100):
            sums.count([(placement.pk, "rectangle", "")])
        sums.flush()

    at_once(6, act)
    assert ledger("offered") == {"": 600}
