"""Every number a reader compares comes from one formatter."""

from decimal import Decimal

import pytest

from ticker.presentation import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("97412.08", "97,412"),
        ("3508.2", "3,508.20"),
        ("6.83", "6.83"),
        ("1.442", "1.4420"),
        ("0.2214", "0.2214"),
        ("0.00001234", "0.00001234"),
        ("1E-8", "0.00000001000"),
        ("0", "0.00"),
    ],
)
def test_prices(value, text):
    assert numbers.price(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2.314", "+2.31%"),
        ("-0.87", "−0.87%"),
        ("0", "+0.00%"),
        ("-0.001", "+0.00%"),
        ("1234.5", "+1,234.50%"),
    ],
)
def test_changes_have_a_sign_and_a_true_minus(value, text):
    assert numbers.change(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "word"), [("0.05", "up"), ("-0.05", "down"), ("0.049", ""), ("-0.049", "")]
)
def test_a_change_too_small_has_no_direction(value, word):
    assert numbers.direction(Decimal(value)) == word


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1930000000000", "1.93tn"),
        ("41200000000", "41.2bn"),
        ("19940000", "19.9m"),
        ("100000000", "100m"),
        ("950", "950"),
    ],
)
def test_large_amounts(value, text):
    assert numbers.large(Decimal(value)) == text
