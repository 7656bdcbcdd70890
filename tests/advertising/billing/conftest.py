"""A rate card, a firm that buys, and what it has running."""

from datetime import date
from typing import Any

import pytest

from advertising.measurement import ledger
from advertising.models import Advertiser, Placement, Rate, SalesTerms

from ...factories import AdvertiserFactory, UserFactory, running_banner

TODAY = date(2026, 11, 22)


@pytest.fixture
def rate_card(noon: Any, db: Any) -> None:
    Rate.objects.create(
        product="banner", price="14", basis="thousand", unit="per 1,000", section_surcharge=10
    )
    Rate.objects.create(product="sponsored", price="1800", unit="for 30 days")
    SalesTerms.objects.create(
        seller="Finality Press Ltd", tax_percent="21", how_to_pay="Account 12345"
    )


@pytest.fixture
def advertiser(db: Any) -> Advertiser:
    return AdvertiserFactory(
        name="Palisade", billing_address="1 Vault Row\nExample City", tax_number="EX 123"
    )


@pytest.fixture
def owner(advertiser: Advertiser) -> Any:
    user = UserFactory()
    advertiser.members.add(user, through_defaults={"role": "owner"})
    return user


def banner(advertiser: Advertiser, **kwargs: Any) -> Placement:
    return running_banner(advertiser=advertiser, **{"goal": 12_345, **kwargs})


def viewable(placement: Placement, number: int) -> None:
    """So many impressions were seen today."""
    ledger.add({(placement.pk, placement.slot, TODAY, "viewable", ""): number})
