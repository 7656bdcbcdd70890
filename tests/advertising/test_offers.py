"""Offers are added up in memory and reach the ledger once each."""

import pytest
from django.db import DatabaseError, InterfaceError

from advertising.measurement import ledger as ledger_rows
from advertising.measurement import offers
from pagecache import invalidation

from ..factories import running_banner
from .conftest import ledger


@pytest.fixture
def placement(db):
    return running_banner()


@pytest.fixture
def sums(monkeypatch):
    """Those of a process that serves readers, whose thread never comes to its turn."""
    monkeypatch.setattr(invalidation, "current_listener", lambda: object())
    monkeypatch.setattr(offers.OfferSums, "_run", lambda self: None)
    return offers.OfferSums()


def test_a_process_that_serves_offers_without_a_query(placement, sums, django_assert_num_queries):
    with django_assert_num_queries(0):
        sums.count([(placement.pk, "rectangle", ""), (placement.pk, "rectangle", "robot")])
        sums.count([(placement.pk, "rectangle", "")])
    assert ledger("offered") == {}
    sums.flush()
    sums.flush()
    assert ledger("offered") == {"": 2, "robot": 1}


def test_one_statement_for_all_lines(placement, sums, django_assert_num_queries):
    sums.count([(placement.pk, "rectangle", "")] * 500)
    sums.count([(placement.pk, "rectangle", "robot")])
    with django_assert_num_queries(3):  # with the savepoint’s two
        sums.flush()


@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
def test_what_the_database_refuses_is_added_with_the_next(placement, sums, monkeypatch, error):
    sums.count([(placement.pk, "rectangle", "")])
    with monkeypatch.context() as broken:

        def refuse(lines):
            raise error("away")

        broken.setattr(ledger_rows, "add", refuse)
        broken.setattr(offers.connections, "close_all", lambda: None)
        sums.flush()
    sums.count([(placement.pk, "rectangle", "")])
    sums.flush()
    assert ledger("offered") == {"": 2}


def test_a_process_that_serves_nobody_writes_them_at_once(placement):
    offers.OfferSums().count([(placement.pk, "rectangle", "")])
    assert ledger("offered") == {"": 1}
